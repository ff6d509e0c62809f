#pragma once
/* Inside this room only: keeping the password of a connection URI out of sentences. */

#include "base/err.h"

#include <stdbool.h>

/* 0 when libpq understands `url`, and understands the same part of it as the password that a person does. */
must_check int pg_url_check(const char *url, struct err *err);
/* Does `sentence` hold the password in `url`? */
bool pg_url_tells(const char *url, const char *sentence);
