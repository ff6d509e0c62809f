/* Telephone numbers: what is taken is digits that are taken again as they are; and the words for stop and start. */
#include "base/text.h"
#include "fuzz.h"
#include "model/number.h"
#include "model/optout.h"

static void check(const char *digits)
{
	char again[NUMBER_BYTES], country[3], masked[40];
	size_t n = strlen(digits);
	HOLDS(n > 0 && n < NUMBER_BYTES && strspn(digits, "0123456789") == n);
	HOLDS(number_parse(digits, n, again) == NUMBER_OK && strcmp(digits, again) == 0);
	number_country(digits, country);
	HOLDS(strlen(country) == 0 || number_region_known(country));
	number_mask(digits, masked, sizeof(masked));
	HOLDS(n <= 6 || !strstr(masked, digits));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n_bytes)
{
	static const char *const regions[] = {"GB", "US", "BR", "IN", "DE", "IT", NULL};
	char digits[NUMBER_BYTES];
	if (n_bytes == 0 || n_bytes > 200)
		return 0;
	char *text = fuzz_text(data + 1, n_bytes - 1);
	size_t n = strlen(text);
	if (number_parse(text, n, digits) == NUMBER_OK)
		check(digits);
	if (number_parse_region(text, n, regions[data[0] % 7], digits) == NUMBER_OK)
		check(digits);
	if (utf8_valid(text, n)) {
		(void)optout_word(text);
		(void)number_region_known(text);
	}
	free(text);
	return 0;
}
