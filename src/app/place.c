#include "app/place.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

int place_make(const char *path, struct err *err)
{
	char part[1024];
	snprintf(part, sizeof(part), "%s", path);
	for (char *p = part + 1;; p++) {
		if (*p != '/' && *p != '\0')
			continue;
		char was = *p;
		*p = '\0';
		if (mkdir(part, 0700) < 0 && errno != EEXIST)
			return err_set(err, "the folder %s cannot be made: %s", part, strerror(errno));
		if (was == '\0')
			return 0;
		*p = was;
	}
}

static int find_folder(const struct config *config, struct place *ret, struct err *err)
{
	const char *xdg = getenv("XDG_DATA_HOME"), *home = getenv("HOME");
	int n;
	if (*config->data)
		n = snprintf(ret->data, sizeof(ret->data), "%s", config->data);
	else if (xdg && *xdg == '/')
		n = snprintf(ret->data, sizeof(ret->data), "%s/crier", xdg);
	else if (home && *home == '/')
		n = snprintf(ret->data, sizeof(ret->data), "%s/.local/share/crier", home);
	else
		return err_set(err, "no data folder: give --data, or set HOME");
	if (n < 0 || (size_t)n >= sizeof(ret->data))
		return err_set(err, "the path of the data folder is too long");
	return place_make(ret->data, err);
}

int place_find(const struct config *config, struct place *ret, struct err *err)
{
	if (find_folder(config, ret, err) < 0)
		return -1;
	if (*config->database)
		snprintf(ret->url, sizeof(ret->url), "%s", config->database);
	else
		snprintf(ret->url, sizeof(ret->url), "sqlite:%s/crier.db", ret->data);
	snprintf(ret->key_file, sizeof(ret->key_file), "%s/crier.key", ret->data);
	return 0;
}
