#pragma once
/* Inside base: the calendar. */

#include <stdint.h>

int64_t civil_days(int64_t year, int month, int day); /* since 1970-01-01 */
int civil_month_days(int64_t year, int month);
