#pragma once
/* What the fuzz targets share. Each is a file fuzz_NAME.c with LLVMFuzzerTestOneInput: bytes from outside go through one door of
 * the program, and what must hold of every input is asked with HOLDS. With clang (make fuzz) libFuzzer drives it; in make test
 * replay.c does, over the corpus in tests/fuzz/corpus/NAME, to which each found input is added. */

#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n_bytes);

#define HOLDS(condition)                                                                           \
	do {                                                                                       \
		if (!(condition)) {                                                                \
			fprintf(stderr, "%s:%d: must hold: %s\n", __FILE__, __LINE__, #condition); \
			abort();                                                                   \
		}                                                                                  \
	} while (0)

/* The input as text: a copy with a NUL behind it, so that a byte read too far is seen. Freed by the caller. */
static inline char *fuzz_text(const uint8_t *data, size_t n_bytes)
{
	char *text = malloc(n_bytes + 1);
	if (!text)
		abort();
	if (n_bytes > 0)
		memcpy(text, data, n_bytes);
	text[n_bytes] = '\0';
	return text;
}

/* Takes the next line off *text (its end becomes a NUL); "" when there is none left. */
static inline char *fuzz_line(char **text)
{
	static char none[] = "";
	char *line = strsep(text, "\n");
	return line ? line : none;
}
