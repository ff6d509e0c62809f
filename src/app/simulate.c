#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "app/commands.h"
#include "app/config.h"
#include "app/signals.h"
#include "base/buf.h"
#include "base/log.h"
#include "sim/sim.h"

static void help(void)
{
	buf_auto struct buf text;
	buf_init(&text, 65536);
	sim_options_help(&text);
	printf("usage: crier simulate [OPTION…]\n\nA simulator of Meta's Cloud API.\n\n%s  --%-20s %s\n", buf_text(&text),
	       "ready-fd", "file descriptor to write the address to once requests are answered");
}

/* 0, 1 help was asked for, -1. */
static int read_options(int argc, char **argv, struct sim_options *options, int64_t *ready_fd, struct err *err)
{
	for (int i = 0; i < argc; i++) {
		const char *arg = argv[i];
		if (strcmp(arg, "--help") == 0)
			return 1;
		if (strncmp(arg, "--", 2) != 0)
			return err_set(err, "'%.64s' is not an option", arg);
		const char *equals = strchr(arg, '=');
		char name[64];
		snprintf(name, sizeof(name), "%.*s", equals ? (int)(equals - arg) - 2 : 63, arg + 2);
		if (!equals && i + 1 >= argc)
			return err_set(err, "option '--%s' needs a value", name);
		const char *value = equals ? equals + 1 : argv[++i];
		int result = strcmp(name, "ready-fd") == 0 ? config_number("ready-fd", value, 0, 1024, ready_fd, err)
		                                           : sim_options_set(options, name, value, err);
		if (result < 0)
			return -1;
	}
	return 0;
}

static int run(const struct sim_options *options, int64_t ready_fd, struct err *err)
{
	struct sim *sim;
	signals_block();
	if (sim_start(options, &sim, err) < 0)
		return -1;
	log_info("sim", "simulating WhatsApp", log_i("port", sim_port(sim)));
	signals_ready((int)ready_fd, sim_host(sim), sim_port(sim));
	signals_wait();
	sim_stop(sim);
	return 0;
}

int command_simulate(int argc, char **argv)
{
	struct err err;
	int64_t ready_fd = -1;
	struct sim_options *options = sim_options_create();
	int result = read_options(argc, argv, options, &ready_fd, &err);
	if (result == 1)
		help();
	else if (result == 0)
		result = run(options, ready_fd, &err);
	sim_options_destroy(options);
	if (result < 0)
		fprintf(stderr, "crier simulate: %s\n", err.text);
	return result < 0 ? 2 : 0;
}
