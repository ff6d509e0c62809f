#pragma once
/* The subcommands; each takes what stands behind its name and returns the exit status. */

int command_serve(int argc, char **argv);
int command_simulate(int argc, char **argv);
int command_import(int argc, char **argv);
int command_demo(int argc, char **argv);
int command_backup(int argc, char **argv);
int command_account(int argc, char **argv);
