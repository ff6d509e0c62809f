#pragma once
/* What is wrong with a client's request: a list, in the order of the contract's field tables. Pure. */

#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>

enum fault_code {
#define X(code, status, name) FAULT_##name = code,
#include "model/codes.def"
};

#define MAX_FAULTS 32 /* more than these are not told; the request is refused all the same */

struct fault {
	enum fault_code code;
	char field[64];    /* "data.name", "data.contacts[17].number"; "" when none */
	char message[256]; /* one sentence that names the field and the rule */
};

struct faults {
	struct fault item[MAX_FAULTS];
	size_t n;
	char prefix[48]; /* put before each field: "data." by default, "data.contacts[17]." in an array */
};

void faults_init(struct faults *faults);
void faults_set_prefix(struct faults *faults, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
/* `field` without the prefix, or NULL for none. The message gets the quoted full field in front when it
 * begins with a blank: fault_add(f, CODE, "name", " is longer than 45 characters") says
 * "'data.name' is longer than 45 characters". */
void fault_add(struct faults *faults, enum fault_code code, const char *field, const char *fmt, ...)
	__attribute__((format(printf, 4, 5)));
/* Is there a fault of this field (its last name, without the prefix), or of an item of it? */
bool faults_on(const struct faults *faults, const char *field);
bool faults_any(const struct faults *faults);
int fault_status(enum fault_code code); /* HTTP */
