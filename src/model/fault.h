#pragma once
/* What is wrong with a client's request: a list, in the order of the contract's field tables. Pure. */

#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>

#include "base/arena.h"

enum fault_code {
#define X(code, status, name) FAULT_##name = code,
#include "model/codes.def"
};

#define FEW_FAULTS 32    /* kept without an arena; what comes beyond is not told, and the request refused all the same */
#define MAX_FAULTS 10000 /* kept with one: more than the largest body can have, 1,000 contacts with every field wrong */

struct fault {
	enum fault_code code;
	char field[64];    /* "data.name", "data.contacts[17].number"; "" when none */
	char message[256]; /* one sentence that names the field and the rule */
};

/* Not to be copied: `item` may point into it. */
struct faults {
	struct fault *item; /* `few`, or when there are more from the arena */
	size_t n, room;
	struct arena *arena; /* NULL: none */
	struct fault few[FEW_FAULTS];
	char prefix[48]; /* put before each field: "data." by default, "data.contacts[17]." in an array */
};

void faults_init(struct faults *faults); /* without an arena: for whoever asks whether there are any, or for the first */
void faults_init_all(struct faults *faults, struct arena *arena); /* for a client, who is told all; the arena outlives it */
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
