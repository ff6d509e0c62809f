#pragma once
/* UTF-8 and small text questions. Lengths in the contract are Unicode characters (code points). */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

bool utf8_valid(const char *text, size_t n_bytes);    /* RFC 3629: no surrogates, no overlong forms, NUL allowed */
size_t utf8_length(const char *text, size_t n_bytes); /* code points of valid UTF-8 */
/* Read one code point of valid UTF-8 at *pos (advanced). */
uint32_t utf8_next(const char *text, size_t n_bytes, size_t *pos);
/* Write one code point, no surrogate, up to 10FFFF: how many bytes, 1 to 4. */
size_t utf8_put(char *out, uint32_t c);
/* Bytes of the first `n_chars` code points, for cutting without splitting one. */
size_t utf8_prefix_bytes(const char *text, size_t n_bytes, size_t n_chars);

bool text_has_control(const char *text, size_t n_bytes); /* C0, DEL, C1, and U+2028/U+2029 */
bool text_is_space(uint32_t c);                          /* Unicode White_Space */
bool text_is_blank(const char *text, size_t n_bytes);    /* only Unicode white space, or empty */
bool text_equal_nocase(const char *a, const char *b);    /* ASCII case only */
/* Read a whole decimal int64 with optional '-'; false for anything else, overflow included. */
bool text_to_int(const char *text, size_t n_bytes, int64_t *ret);
/* The candidate with the smallest edit distance to `word` (for "did you mean"); NULL if n is 0. */
const char *text_nearest(const char *word, const char *const *candidates, size_t n);
/* Compare secrets of equal length without telling where they differ. */
bool text_equal_secret(const void *a, const void *b, size_t n_bytes);
