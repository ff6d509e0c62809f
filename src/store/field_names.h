#pragma once
/* Which names of fields an audience's contacts have, or ever had, as a Bloom filter: it never forgets a name, and
 * takes one for another rarely (of some twenty names one in a hundred that are not among them). An audience whose contacts are
 * older than its filter has none. */

#include <stdbool.h>

#include "store/audiences.h"

/* Some contact may get a field of this name. */
void field_names_add(struct audience_edit *edit, const char *name);
/* Every name of a contact's `fields`, a JSON object; NULL and "" have none. */
void field_names_add_all(struct audience_edit *edit, const char *fields);
/* False: no contact has a field of this name. */
bool field_names_may_have(const unsigned char filter[FIELD_NAMES_BYTES], const char *name);
