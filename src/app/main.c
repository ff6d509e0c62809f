#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "app/commands.h"

static const struct {
	const char *name;
	int (*run)(int argc, char **argv);
	const char *help;
} commands[] = {
	{"serve", command_serve, "run the server"},
	{"account", command_account, "make, list, block and unblock accounts"},
	{"backup", command_backup, "copy the database of a running server into a file"},
	{"simulate", command_simulate, "run a simulator of Meta's Cloud API"},
	{"import", command_import, "bring a CSV file's contacts into an audience of a running server"},
	{"demo", command_demo, "run both and show a campaign from its creation to its read receipts"},
};
#define N_COMMANDS (sizeof(commands) / sizeof(commands[0]))

static void usage(FILE *out)
{
	fprintf(out, "crier %s: WhatsApp broadcasts from your own machine\n\nusage: crier COMMAND [OPTION…]\n\n", CRIER_VERSION);
	for (size_t i = 0; i < N_COMMANDS; i++)
		fprintf(out, "  %-10s %s\n", commands[i].name, commands[i].help);
	fprintf(out, "\n`crier COMMAND --help` lists a command's options.\n");
}

int main(int argc, char **argv)
{
	const char *name = argc > 1 ? argv[1] : "";
	for (size_t i = 0; i < N_COMMANDS; i++)
		if (strcmp(commands[i].name, name) == 0)
			return commands[i].run(argc - 2, argv + 2);
	if (strcmp(name, "--version") == 0) {
		printf("crier %s\n", CRIER_VERSION);
		return 0;
	}
	bool asked = strcmp(name, "--help") == 0 || strcmp(name, "-h") == 0;
	usage(asked ? stdout : stderr);
	return asked ? 0 : 2;
}
