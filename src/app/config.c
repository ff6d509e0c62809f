#include "app/config.h"

#include <ctype.h>
#include <errno.h>
#include <ini.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"

#define MAX_VALUE 4096

struct setting {
	const char *name, *value, *help;
	size_t offset;
};

static const struct setting settings[] = {
#define X(member, name, value, help) {name, value, help, offsetof(struct config, member)},
#include "app/config.def"
};
#define N_SETTINGS (sizeof(settings) / sizeof(settings[0]))

static char **slot(struct config *config, const struct setting *s)
{
	return (char **)(void *)((char *)config + s->offset);
}

static const struct setting *find(const char *name)
{
	for (size_t i = 0; i < N_SETTINGS; i++)
		if (strcmp(settings[i].name, name) == 0)
			return &settings[i];
	return NULL;
}

static void put(struct config *config, const struct setting *s, const char *value)
{
	char **at = slot(config, s);
	if (*at)
		explicit_bzero(*at, strlen(*at));
	free(*at);
	*at = strdup(value);
	if (!*at)
		abort();
}

static int unknown(const char *what, const char *name, struct err *err)
{
	const char *names[N_SETTINGS];
	for (size_t i = 0; i < N_SETTINGS; i++)
		names[i] = settings[i].name;
	return err_set(err, "%s '%.64s' is unknown; did you mean '%s'?", what, name, text_nearest(name, names, N_SETTINGS));
}

static int set(struct config *config, const char *what, const char *name, const char *value, struct err *err)
{
	const struct setting *s = find(name);
	if (!s)
		return unknown(what, name, err);
	if (strlen(value) > MAX_VALUE || !utf8_valid(value, strlen(value)))
		return err_set(err, "%s '%s' is longer than %d bytes or not UTF-8", what, name, MAX_VALUE);
	put(config, s, value);
	return 0;
}

/* ---- the file ---- */

struct file {
	struct config *config;
	struct err *err;
	bool failed;
};

static int on_ini(void *arg, const char *section, const char *name, const char *value)
{
	struct file *file = arg;
	if (*section && strcmp(section, "crier") != 0) {
		err_set(file->err, "section [%.64s] is unknown; settings stand in [crier] or before any section", section);
		file->failed = true;
		return 0;
	}
	if (set(file->config, "setting", name, value, file->err) < 0) {
		file->failed = true;
		return 0;
	}
	return 1;
}

static int read_file(struct config *config, const char *path, struct err *err)
{
	struct file file = {.config = config, .err = err};
	errno = 0;
	int line = ini_parse(path, on_ini, &file);
	if (line == 0)
		return 0;
	if (line < 0)
		return err_set(err, "the configuration file %s cannot be read: %s", path, strerror(errno));
	if (!file.failed)
		err_set(err, "it is not `name = value`");
	return err_prefix(err, "%s, line %d", path, line);
}

/* ---- the environment ---- */

static void read_environment(struct config *config)
{
	for (size_t i = 0; i < N_SETTINGS; i++) {
		char name[64] = "CRIER_";
		size_t n = strlen(name);
		for (const char *p = settings[i].name; *p && n < sizeof(name) - 1; p++)
			name[n++] = *p == '-' ? '_' : (char)toupper((unsigned char)*p);
		name[n] = '\0';
		const char *value = getenv(name);
		if (value)
			put(config, &settings[i], value);
	}
}

/* ---- the command line ---- */

/* `--name VALUE` or `--name=VALUE` at argv[*i], which moves past what it took. */
static int read_option(int argc, char **argv, int *i, char name[64], const char **ret_value, struct err *err)
{
	const char *arg = argv[*i];
	if (strncmp(arg, "--", 2) != 0)
		return err_set(err, "'%.64s' is not an option; options look like --listen HOST:PORT", arg);
	const char *equals = strchr(arg, '=');
	size_t n = equals ? (size_t)(equals - arg) - 2 : strlen(arg) - 2;
	snprintf(name, 64, "%.*s", (int)(n < 63 ? n : 63), arg + 2);
	if (equals) {
		*ret_value = equals + 1;
	} else {
		if (*i + 1 >= argc)
			return err_set(err, "option '--%s' needs a value", name);
		*ret_value = argv[++*i];
	}
	++*i;
	return 0;
}

static int read_options(int argc, char **argv, struct config *config, bool only_config, const char **ret_file, struct err *err)
{
	for (int i = 0; i < argc;) {
		char name[64];
		const char *value = "";
		if (strcmp(argv[i], "--help") == 0 || strcmp(argv[i], "-h") == 0)
			return 1;
		if (read_option(argc, argv, &i, name, &value, err) < 0)
			return -1;
		if (strcmp(name, "config") == 0)
			*ret_file = value;
		else if (!only_config && set(config, "option", name, value, err) < 0)
			return -1;
	}
	return 0;
}

int config_load(int argc, char **argv, struct config *ret, struct err *err)
{
	const char *file = getenv("CRIER_CONFIG");
	*ret = (struct config){0};
	for (size_t i = 0; i < N_SETTINGS; i++)
		put(ret, &settings[i], settings[i].value);
	int result = read_options(argc, argv, ret, true, &file, err);
	if (result == 0 && file)
		result = read_file(ret, file, err);
	if (result == 0) {
		read_environment(ret);
		result = read_options(argc, argv, ret, false, &file, err);
	}
	if (result != 0)
		config_fini(ret);
	return result;
}

void config_fini(struct config *config)
{
	for (size_t i = 0; i < N_SETTINGS; i++) {
		char **at = slot(config, &settings[i]);
		if (*at)
			explicit_bzero(*at, strlen(*at));
		free(*at);
		*at = NULL;
	}
}

void config_help(void)
{
	for (size_t i = 0; i < N_SETTINGS; i++)
		printf("  --%-20s %s%s%s%s\n", settings[i].name, settings[i].help, *settings[i].value ? " (default: " : "",
		       settings[i].value, *settings[i].value ? ")" : "");
	printf("  --%-20s %s\n", "config", "file of `name = value` lines with the same names");
}

int config_number(const char *name, const char *value, int64_t min, int64_t max, int64_t *ret, struct err *err)
{
	int64_t n;
	if (!text_to_int(value, strlen(value), &n) || n < min || n > max)
		return err_set(err, "'%s' must be a whole number from %lld to %lld", name, (long long)min, (long long)max);
	*ret = n;
	return 0;
}

int config_choice(const char *name, const char *value, const char *no, const char *yes, bool *ret, struct err *err)
{
	bool is_yes = strcmp(value, yes) == 0;
	if (!is_yes && strcmp(value, no) != 0)
		return err_set(err, "'%s' must be %s or %s", name, no, yes);
	*ret = is_yes;
	return 0;
}

int config_address(const char *name, const char *value, char *ret_host, size_t host_bytes, uint16_t *ret_port, struct err *err)
{
	const char *colon = strrchr(value, ':');
	int64_t port = 0;
	if (!colon || colon == value)
		return err_set(err, "'%s' must be HOST:PORT, such as 127.0.0.1:8080 or [::1]:8080", name);
	if (config_number(name, colon + 1, 0, 65535, &port, err) < 0)
		return err_prefix(err, "the port");
	const char *host = value;
	size_t n = (size_t)(colon - value);
	if (n > 2 && host[0] == '[' && host[n - 1] == ']') {
		host++;
		n -= 2;
	} else if (memchr(host, ':', n) || host[0] == '[') {
		return err_set(err, "'%s' must have an IPv6 address in brackets, such as [::1]:8080", name);
	}
	if (n >= host_bytes)
		return err_set(err, "the host of '%s' is too long", name);
	memcpy(ret_host, host, n);
	ret_host[n] = '\0';
	*ret_port = (uint16_t)port;
	return 0;
}
