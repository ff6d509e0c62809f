#pragma once
/* Inside model: is a code point a letter, a mark on one, or a digit, in any script? */

#include <stdbool.h>
#include <stdint.h>

bool letter_or_digit(uint32_t c);
