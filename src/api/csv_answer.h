#pragma once
/* Answers as CSV (RFC 4180, UTF-8) for files that people open in a spreadsheet. */

#include "api/call.h"

/* Is it asked for, by `?format=csv` (as a link can) or by the header Accept? Another format than json is refused: false, and the
 * call has the fault. */
must_check bool csv_wanted(struct api_call *call, bool *ret);
/* The answer is to be saved, under this name; what a file's name may not have becomes `_`. */
void csv_attach(struct api_call *call, const char *name);
/* What it begins with: as a file of `?format=csv` a byte order mark, without which spreadsheets take UTF-8 for something else. */
const char *csv_mark(const struct api_call *call);
/* One cell. What a spreadsheet would take for a formula (it begins with = + - @, a tab or a carriage return) gets an apostrophe
 * before it. */
void csv_put_cell(struct buf *out, const char *text);
