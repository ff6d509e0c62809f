#include "model/audience.h"

#include <string.h>

#include "base/text.h"
#include "model/letters.h"
#include "model/sender.h"

static bool name_is_plain(const char *name, size_t n)
{
	for (size_t pos = 0; pos < n;) {
		uint32_t c = utf8_next(name, n, &pos);
		if (c != ' ' && c != '-' && c != '_' && !letter_or_digit(c))
			return false;
	}
	return true;
}

void audience_judge_update(const char *name, struct faults *faults)
{
	size_t n = name ? strlen(name) : 0;
	if (!name)
		fault_add(faults, FAULT_AUDIENCE_NAME_REQUIRED, "name", " is required");
	else if (text_is_blank(name, n) || !name_is_plain(name, n))
		fault_add(faults, FAULT_AUDIENCE_NAME_INVALID, "name", " must be made of letters, digits, blanks, '-' and '_'");
	else if (utf8_length(name, n) > AUDIENCE_NAME_MAX)
		fault_add(faults, FAULT_AUDIENCE_NAME_LONG, "name", " must be at most %d characters long", AUDIENCE_NAME_MAX);
}

void audience_judge(const char *name, const char *channel, struct faults *faults)
{
	audience_judge_update(name, faults);
	if (!channel)
		fault_add(faults, FAULT_AUDIENCE_CHANNEL_REQUIRED, "channel", " is required: whatsapp");
	else if (!channel_is_whatsapp(channel))
		fault_add(faults, FAULT_AUDIENCE_CHANNEL, "channel", " must be whatsapp");
}
