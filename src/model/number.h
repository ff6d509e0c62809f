#pragma once
/* Telephone numbers, judged as libphonenumber judges them. Pure; any thread. */

#include <stdbool.h>
#include <stddef.h>

#define NUMBER_MAX_TEXT 45 /* characters accepted from outside */
#define NUMBER_BYTES 16    /* E.164 digits without '+', and a NUL */

enum number_verdict {
	NUMBER_OK = 0,
	NUMBER_NOT_DIGITS = 1, /* something other than one leading '+' and digits */
	NUMBER_INVALID = 2,    /* not a valid number of its country */
};

/* International form only: an optional leading '+', then digits with the country code. Writes the digits. */
enum number_verdict number_parse(const char *text, size_t n_bytes, char ret[NUMBER_BYTES]);
/* The usual blanks, dashes and brackets too. With a `region` ("GB") a number without '+' is a national one of that country,
 * and is never tried as a foreign one: a wrong guess would write to a stranger. NULL: international form only. */
enum number_verdict number_parse_region(const char *text, size_t n_bytes, const char *region, char ret[NUMBER_BYTES]);
/* ISO 3166 code ("GB") of digits that number_parse gave; "" when it has none. Written to ret. */
void number_country(const char *digits, char ret[3]);
/* The same as a number, as tables keep it: first letter * 26 + second, A = 0, plus 1; 0 when it has none. */
#define NUMBER_COUNTRIES (26 * 26 + 1)
int number_country_code(const char *digits);
int number_region_code(const char *region);              /* of an ISO code in any case; 0 for what has not two letters */
void number_country_text(int country_code, char ret[3]); /* and back; "" for 0 and for what is no such number */
bool number_region_known(const char *region);            /* an upper-case ISO code the library has */
/* "+44*******456": for logs. Of 7 digits and fewer none is shown. */
void number_mask(const char *digits, char *out, size_t out_bytes);
