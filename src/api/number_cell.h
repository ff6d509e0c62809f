#pragma once
/* Inside api: a telephone number as it stands in a spreadsheet's cell, with what spreadsheets do to numbers undone where that is
 * certain: the formula ="…", an apostrophe before it, blanks, dashes, brackets and dots of any kind, invisible marks, a lost
 * plus sign, 00 for it, a decimal point with zeros, scientific notation that kept every digit. What is not certain is refused:
 * a wrong guess would write to a stranger. */

#include "model/number.h"

/* The number's digits to ret, or the sentence why there is none. `text`: valid UTF-8. `region` as for number_parse_region. */
const char *number_cell(const char *text, const char *region, char ret[NUMBER_BYTES]);
