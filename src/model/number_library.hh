#pragma once
// libphonenumber's own word on a number: asked where number_fast is unsure, and by the test that compares the two.

#include <string>

extern "C" {
#include "model/number.h"
}

// `text` as dialled in `region` ("ZZ": none, so it begins with "+"). Digits with country code to `ret`; false when it is not valid.
bool number_library_judge(const std::string &text, const char *region, char *ret);
void number_library_country(const char *digits, char ret[3]); // "" for none
