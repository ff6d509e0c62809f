/* Accounts, from the shell: one installation may serve several, and they see nothing of each other. Works on the database
 * itself, beside a running server, which notices at the next request. */
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "app/commands.h"
#include "app/config.h"
#include "app/place.h"
#include "base/text.h"
#include "store/accounts.h"

#define MAX_NAME 45
#define LIST_PAGE 100
#define MAX_ARGS 64

enum verb { VERB_ADD, VERB_LIST, VERB_BLOCK, VERB_UNBLOCK };
static const char *const verbs[] = {"add", "list", "block", "unblock"};

struct request {
	enum verb verb;
	const char *username, *first_name, *last_name;
	char *rest[MAX_ARGS]; /* the options that are the configuration's */
	int n_rest;
	/* after the job */
	char key[KEY_TEXT_BYTES];
	struct arena *arena;
	struct account *account;
	int n_accounts;
};

static void usage(FILE *out)
{
	fprintf(out, "usage: crier account add USERNAME [--first-name TEXT] [--last-name TEXT]\n"
	             "       crier account list\n"
	             "       crier account block USERNAME\n"
	             "       crier account unblock USERNAME\n\n"
	             "With --data, --database or --config as `crier serve` has them; a running server need not be stopped.\n");
}

/* ---- the command line ---- */

static int check_name(const char *what, const char *text, bool may_be_empty, struct err *err)
{
	size_t n = strlen(text);
	bool ok = utf8_valid(text, n) && !text_has_control(text, n) && utf8_length(text, n) <= MAX_NAME;
	if (ok && (may_be_empty || (n > 0 && !strchr(text, ' '))))
		return 0;
	if (may_be_empty)
		return err_set(err, "%s must have at most %d characters", what, MAX_NAME);
	return err_set(err, "%s must have 1 to %d characters and no blanks", what, MAX_NAME);
}

static int read_verb(const char *word, enum verb *ret, struct err *err)
{
	for (size_t i = 0; i < sizeof(verbs) / sizeof(verbs[0]); i++) {
		if (strcmp(word, verbs[i]) == 0) {
			*ret = (enum verb)i;
			return 0;
		}
	}
	return err_set(err, "'%.64s' is none of add, list, block, unblock", word);
}

/* Takes out what is this command's own; the rest is for config_load. */
static int read_arguments(int argc, char **argv, struct request *ret, struct err *err)
{
	if (argc < 1)
		return err_set(err, "say what to do: add, list, block or unblock");
	if (read_verb(argv[0], &ret->verb, err) < 0)
		return -1;
	int i = 1;
	if (ret->verb != VERB_LIST) {
		if (argc < 2 || argv[1][0] == '-')
			return err_set(err, "'%s' needs a username", argv[0]);
		ret->username = argv[i++];
	}
	ret->first_name = ret->last_name = "";
	for (; i < argc && ret->n_rest < MAX_ARGS; i++) {
		const char **name = strcmp(argv[i], "--first-name") == 0  ? &ret->first_name
		                    : strcmp(argv[i], "--last-name") == 0 ? &ret->last_name
		                                                          : NULL;
		if (!name || ret->verb != VERB_ADD)
			ret->rest[ret->n_rest++] = argv[i];
		else if (++i < argc)
			*name = argv[i];
		else
			return err_set(err, "option '%s' needs a value", argv[i - 1]);
	}
	if (ret->username && check_name("a username", ret->username, false, err) < 0)
		return -1;
	return check_name("a first name", ret->first_name, true, err) < 0 ? -1
	                                                                  : check_name("a last name", ret->last_name, true, err);
}

/* ---- in the database ---- */

static int add_run(struct store_tx *tx, struct request *r, msec_t now)
{
	struct account known;
	int64_t no, key_no;
	int found = account_find(tx, r->username, r->arena, &known);
	if (found <= 0)
		return found < 0 ? -1 : 1;
	if (account_create(tx, now, r->username, &no) < 0 || account_set_names(tx, no, r->first_name, r->last_name) < 0)
		return -1;
	return key_create(tx, no, "first key", KEY_ADMIN, now, &key_no, r->key);
}

static int list_run(struct store_tx *tx, struct request *r)
{
	int n = LIST_PAGE;
	for (int64_t after = 0; n == LIST_PAGE; after = r->account[r->n_accounts - 1].no) {
		struct account *all = arena_array(r->arena, (size_t)r->n_accounts + LIST_PAGE, sizeof(*all));
		if (r->n_accounts > 0)
			memcpy(all, r->account, (size_t)r->n_accounts * sizeof(*all));
		r->account = all;
		if (account_list(tx, after, r->arena, all + r->n_accounts, LIST_PAGE, &n) < 0)
			return -1;
		r->n_accounts += n;
		if (r->n_accounts == 0)
			break;
	}
	return 0;
}

static int run(struct store_tx *tx, void *arg)
{
	struct request *r = arg;
	struct account account;
	msec_t now = clock_now_ms();
	r->n_accounts = 0;
	if (r->verb == VERB_ADD)
		return add_run(tx, r, now);
	if (r->verb == VERB_LIST)
		return list_run(tx, r);
	int found = account_find(tx, r->username, r->arena, &account);
	return found != 0 ? found : account_block(tx, account.no, r->verb == VERB_BLOCK, now);
}

/* ---- what is said ---- */

static void tell(struct request *r)
{
	char when[CLOCK_TEXT_BYTES];
	switch (r->verb) {
	case VERB_ADD:
		printf("Account %s is made. Its admin API key, shown this once: %s\n", r->username, r->key);
		break;
	case VERB_LIST:
		for (int i = 0; i < r->n_accounts; i++) {
			const struct account *a = &r->account[i];
			clock_format(a->create_ms, when);
			printf("%-20s  %-7s  since %s%s%s%s%s\n", a->username, a->blocked ? "blocked" : "active", when,
			       *a->first_name ? "  " : "", a->first_name, *a->last_name ? "  " : "", a->last_name);
		}
		break;
	case VERB_BLOCK:
		printf("Account %s is blocked: its keys are refused, its campaigns are held.\n", r->username);
		break;
	case VERB_UNBLOCK:
		printf("Account %s is active again; its held campaigns wait to be resumed.\n", r->username);
		break;
	}
	explicit_bzero(r->key, sizeof(r->key));
}

static int work(struct request *r, const struct place *place, struct err *err)
{
	struct store *store = NULL;
	const char *file = strncmp(place->url, "sqlite:", 7) == 0 ? place->url + 7 : NULL;
	if (file && access(file, F_OK) < 0) /* a slip in a path should not found an installation */
		return err_set(err, "there is no database %s: start `crier serve` there first", file);
	if (store_open(
		    &(struct store_options){.url = place->url, .key_file = place->key_file, .n_readers = 1, .inline_jobs = true},
		    &store, err) < 0)
		return -1;
	int result = store_call(store, run, r);
	store_close(store);
	if (result == 1 && r->verb == VERB_ADD)
		return err_set(err, "there is an account %s already", r->username);
	if (result == 1)
		return err_set(err, "there is no account %s; `crier account list` shows them", r->username);
	return result < 0 ? err_set(err, "the database failed; nothing was changed") : 0;
}

int command_account(int argc, char **argv)
{
	struct request request = {0};
	struct config config = {0};
	struct place place;
	struct err err;
	if (argc > 0 && (strcmp(argv[0], "--help") == 0 || strcmp(argv[0], "-h") == 0)) {
		usage(stdout);
		return 0;
	}
	int loaded = read_arguments(argc, argv, &request, &err);
	if (loaded == 0)
		loaded = config_load(request.n_rest, request.rest, &config, &err);
	if (loaded == 1) {
		usage(stdout);
		return 0;
	}
	request.arena = arena_create(4096);
	bool ok = loaded == 0 && place_find(&config, &place, &err) == 0 && work(&request, &place, &err) == 0;
	if (ok)
		tell(&request);
	else
		fprintf(stderr, "crier account: %s\n", err.text);
	arena_destroy(request.arena);
	config_fini(&config);
	return ok ? 0 : 2;
}
