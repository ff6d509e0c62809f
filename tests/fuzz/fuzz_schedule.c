/* Times as clients write them, by the line: a schedule, a time zone, a deadline. */
#include "base/text.h"
#include "fuzz.h"
#include "model/campaign.h"

#define NOW ((msec_t)1700000000000)

static void check_plain(const char *text, size_t n_bytes)
{
	msec_t t = 0;
	char again[CLOCK_TEXT_BYTES];
	if (!clock_parse(text, n_bytes, &t))
		return;
	clock_format(t, again);
	HOLDS(n_bytes == CLOCK_TEXT_BYTES - 1 && memcmp(again, text, n_bytes) == 0);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n_bytes)
{
	char *text = fuzz_text(data, n_bytes), *rest = text;
	if (memchr(text, '\0', n_bytes) || !utf8_valid(text, n_bytes)) { /* the JSON door lets no other through */
		free(text);
		return 0;
	}
	check_plain(text, n_bytes);
	const char *schedule = fuzz_line(&rest), *zone = fuzz_line(&rest), *deadline = fuzz_line(&rest);
	msec_t t = 0;
	check_plain(schedule, strlen(schedule));
	if (clock_parse_rfc3339(schedule, strlen(schedule), &t)) {
		char again[CLOCK_RFC3339_BYTES];
		msec_t same = -1;
		clock_format_rfc3339(t, again);
		if (strncmp(again, "0000", 4) > 0 && strncmp(again, "9999", 4) < 0)
			HOLDS(clock_parse_rfc3339(again, strlen(again), &same) && same == t);
	}
	(void)clock_parse_zoned(schedule, strlen(schedule), zone, &t);
	struct campaign_request req = {.channel = "whatsapp",
	                               .from = "s",
	                               .template_id = "11111111-2222-8333-8444-555555555555",
	                               .audience_id = "11111111-2222-8333-8444-555555555555",
	                               .schedule = schedule,
	                               .timezone = *zone ? zone : NULL,
	                               .deadline = *deadline ? deadline : NULL,
	                               .late_start_limit = -1,
	                               .rate = -1,
	                               .brake = -1,
	                               .canary = -1,
	                               .canary_wait = -1,
	                               .has_schedule = true};
	struct faults faults;
	faults_init(&faults);
	campaign_judge(&req, NOW, &faults);
	if (!faults_any(&faults))
		HOLDS(req.schedule_ms > NOW && (req.deadline_ms == -1 || req.deadline_ms > req.schedule_ms));
	free(text);
	return 0;
}
