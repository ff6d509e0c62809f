#pragma once
/* Where the data lies, by the configuration: the folder of --data or its default, the database and the key file in it. */

#include "app/config.h"

struct place {
	char data[1024], url[1200], key_file[1200];
};

/* The folder is made when it is missing. */
must_check int place_find(const struct config *config, struct place *ret, struct err *err);
/* `path` and what of it is missing, with mode 0700. */
must_check int place_make(const char *path, struct err *err);
