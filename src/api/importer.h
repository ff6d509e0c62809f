#pragma once
/* Works off CSV imports, one after the other, on a thread of its own. */

#include "store/nodes.h"
#include "store/store.h"

struct importer;

/* `folder` holds the files of imports; what no import needs any more is removed from it. Imports that a crash interrupted go
 * on where they were. Of many servers the first one works; who is it is told by importer_wake. */
struct importer *importer_create(struct store *store, const char *folder, const struct lease *lease);
/* There may be a new import, or one less. Any thread; cheap. */
void importer_wake(struct importer *importer);
/* Stops between two steps. NULL is fine. */
void importer_destroy(struct importer *importer);
