/* `crier demo`: the simulator, the server, and one campaign from its template to its read receipts, all by the REST API. */
#include "app/demo.h"

#include <signal.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "app/commands.h"
#include "app/demo_show.h"
#include "app/signals.h"

bool demo_wait_or_stop(msec_t ms)
{
	const struct timespec span = {ms / 1000, ms % 1000 * 1000000};
	sigset_t set;
	sigemptyset(&set);
	sigaddset(&set, SIGINT);
	sigaddset(&set, SIGTERM);
	sigaddset(&set, SIGCHLD);
	int got = sigtimedwait(&set, NULL, &span);
	return got == SIGINT || got == SIGTERM;
}

static int serve_on(struct demo *d, struct err *err)
{
	show_next(d->base, d->key, d->campaign_id);
	printf("Serving until Ctrl-C.\n");
	fflush(stdout);
	do {
		if (demo_check(d, err) < 0)
			return -1;
	} while (!demo_wait_or_stop(HOUR_MS));
	return 0;
}

static int run(struct demo *d, struct err *err)
{
	static int (*const acts[])(struct demo *, struct err *) = {demo_start, demo_make, demo_watch, demo_account};
	for (size_t i = 0; i < sizeof(acts) / sizeof(acts[0]); i++) {
		int result = acts[i](d, err);
		if (result != 0)
			return result;
		fflush(stdout);
	}
	return d->once ? 0 : serve_on(d, err);
}

/* ---- the command line ---- */

static void help(void)
{
	printf("usage: crier demo [OPTION…]\n\nRuns the server against the simulator and shows a campaign.\n\n"
	       "  --once                 end when every status is in; the last line is one JSON object\n"
	       "  --data DIR             keep the data there (default: a temporary folder)\n"
	       "  --contacts FILE        CSV of the contacts (default: " CRIER_EXAMPLES "/contacts.csv)\n"
	       "  --ceiling N            messages a second that the simulator takes (default 1000)\n"
	       "  --listen HOST:PORT     address of the server (default 127.0.0.1:8080, or any free port)\n"
	       "  --sim NAME=VALUE       an option of `crier simulate`; may be given several times\n");
}

static int set_option(struct demo *d, const char *name, char *value, struct err *err)
{
	if (strcmp(name, "--data") == 0)
		d->data = value;
	else if (strcmp(name, "--contacts") == 0)
		d->contacts = value;
	else if (strcmp(name, "--ceiling") == 0)
		d->ceiling = value;
	else if (strcmp(name, "--listen") == 0)
		d->listen = value;
	else if (strcmp(name, "--sim") == 0 && d->n_sim_options < MAX_SIM_OPTIONS && strchr(value, '=')) {
		if (asprintf(&d->sim_option[d->n_sim_options++], "--%s", value) < 0)
			abort();
	} else
		return err_set(err, "option '%s' is unknown, or its value is not one; see --help", name);
	return 0;
}

/* 0, 1 help was asked for, -1. */
static int read_options(int argc, char **argv, struct demo *d, struct err *err)
{
	for (int i = 0; i < argc; i++) {
		if (strcmp(argv[i], "--help") == 0)
			return 1;
		if (strcmp(argv[i], "--once") == 0) {
			d->once = true;
			continue;
		}
		if (i + 1 == argc)
			return err_set(err, "option '%s' is unknown, or needs a value; see --help", argv[i]);
		if (set_option(d, argv[i], argv[i + 1], err) < 0)
			return -1;
		i++;
	}
	return 0;
}

/* SIGCHLD too: it only waits to be taken, so that the end of a process cuts our waiting short. */
static void block_signals(void)
{
	sigset_t set;
	signals_block();
	sigemptyset(&set);
	sigaddset(&set, SIGCHLD);
	sigprocmask(SIG_BLOCK, &set, NULL);
}

int command_demo(int argc, char **argv)
{
	struct demo demo = {.contacts = CRIER_EXAMPLES "/contacts.csv", .ceiling = "1000"};
	struct err err = {""};
	int result = read_options(argc, argv, &demo, &err);
	bool usable = result == 0;
	if (result == 1) {
		help();
	} else if (usable) {
		block_signals();
		setvbuf(stdout, NULL, _IOLBF, 0); /* whoever reads a pipe sees it as it happens */
		result = sodium_init() < 0 ? err_set(&err, "libsodium cannot be used") : run(&demo, &err);
	}
	if (result < 0)
		fprintf(stderr, "crier demo: %s\n", err.text);
	demo_end(&demo);
	if (usable && demo.once && result == DEMO_STOPPED) {
		fprintf(stderr, "crier demo: stopped before the campaign was over\n");
		return 1; /* nothing was proved */
	}
	return result >= 0 ? 0 : usable ? 1 : 2;
}
