#pragma once
/* How fast one API key may ask: a bucket of tokens a key, which holds two seconds' worth. Any thread. */

#include <stdbool.h>
#include <stdint.h>

#include "base/clock.h"

struct rate;

struct rate *rate_create(unsigned per_second); /* 0: no limit */
void rate_destroy(struct rate *rate);          /* NULL is fine */
/* May this key ask now? False: it may again within a second. */
bool rate_take(struct rate *rate, int64_t key_no, usec_t now_us);
