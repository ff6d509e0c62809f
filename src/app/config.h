#pragma once
/* The configuration: defaults, file, environment, command line, in that rising order. */

#include <stdbool.h>
#include <stdint.h>

#include "base/err.h"

struct config {
#define X(member, name, value, help) char *member;
#include "app/config.def"
};

/* `argv` begins behind the subcommand. 0; 1 when --help was asked for; -1 with a sentence that names the option and the
 * rule, and the nearest name for an unknown one. A file named by --config or CRIER_CONFIG must exist. */
must_check int config_load(int argc, char **argv, struct config *ret, struct err *err);
void config_fini(struct config *config); /* wipes secrets */
void config_help(void);                  /* to standard output */

/* Read a whole number within bounds; the sentence names `name`. */
must_check int config_number(const char *name, const char *value, int64_t min, int64_t max, int64_t *ret, struct err *err);
/* One of two words; *ret when it is the second. */
must_check int config_choice(const char *name, const char *value, const char *no, const char *yes, bool *ret, struct err *err);
/* Split HOST:PORT or [HOST]:PORT. */
must_check int config_address(const char *name, const char *value, char *ret_host, size_t host_bytes, uint16_t *ret_port,
                              struct err *err);
