#pragma once
/* Inside api: one import, from where it is to its end. */

#include <stdatomic.h>
#include <stdbool.h>

#include "store/imports.h"

/* Works until the import is over or `closing`; then its file is removed. Blocks, reads and judges rows on the calling thread
 * while the store thread writes those before. False: the database failed; begin again from what it says then. */
bool import_work(struct store *store, const char *folder, const struct import *import, struct arena *arena,
                 const atomic_bool *closing);
