#pragma once
/* Inside wa: text from Meta, for ledgers and logs. */

#include <stddef.h>

/* Cut to fit at a code point, control characters as blanks. */
void plain_copy(char *out, size_t out_bytes, const char *text);
