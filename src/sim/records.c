#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "sim/internal.h"

void sim_record_id(struct json_writer *w, const char *key, uint64_t id)
{
	char text[24];
	snprintf(text, sizeof(text), "%" PRIu64, id);
	json_put_text(w, key, text);
}

/* Grouped for people to read, as Meta's are; clients have to look at the digits alone. */
static void put_display(struct json_writer *w, const char *key, uint64_t display)
{
	char text[32];
	if (display < 10000000000u)
		snprintf(text, sizeof(text), "+%" PRIu64 " %04" PRIu64, display / 10000, display % 10000);
	else
		snprintf(text, sizeof(text), "+%" PRIu64 " %03" PRIu64 "-%03" PRIu64 "-%04" PRIu64, display / 10000000000u,
		         display / 10000000 % 1000, display / 10000 % 1000, display % 10000);
	json_put_text(w, key, text);
}

static void put_entity(struct json_writer *w, const char *type, uint64_t id, const char *health)
{
	json_open_object(w, NULL);
	json_put_text(w, "entity_type", type);
	sim_record_id(w, "id", id);
	json_put_text(w, "can_send_message", health);
	json_close_object(w);
}

static void put_health(const struct sim *sim, struct json_writer *w, const char *key, uint64_t number_id, uint64_t waba_id)
{
	char status[SIM_CHOICE_BYTES];
	sim_options_choice(&sim->options, "number-status", status);
	const bool stopped = strcmp(status, "RESTRICTED") == 0 || strcmp(status, "BANNED") == 0;
	const char *health = stopped ? "BLOCKED" : "AVAILABLE";
	json_open_object(w, key);
	json_put_text(w, "can_send_message", health);
	json_open_array(w, "entities");
	if (number_id)
		put_entity(w, "PHONE_NUMBER", number_id, health);
	put_entity(w, "WABA", waba_id, health);
	put_entity(w, "BUSINESS", SIM_PORTFOLIO_ID, "AVAILABLE");
	json_close_array(w);
	json_close_object(w);
}

/* Fields that say the same of every number. */
static const char *fixed_field(const char *name)
{
	static const char *const fixed[][2] = {
		{"verified_name", "Simulated Business"}, {"name_status", "APPROVED"}, {"code_verification_status", "VERIFIED"},
		{"platform_type", "CLOUD_API"},          {"account_mode", "LIVE"},
	};
	for (size_t i = 0; i < sizeof(fixed) / sizeof(fixed[0]); i++) {
		if (strcmp(name, fixed[i][0]) == 0)
			return fixed[i][1];
	}
	return NULL;
}

static void put_number_field(const struct sim *sim, const struct sim_number *number, const char *name, struct json_writer *w)
{
	char choice[SIM_CHOICE_BYTES];
	if (fixed_field(name)) {
		json_put_text(w, name, fixed_field(name));
	} else if (strcmp(name, "display_phone_number") == 0) {
		put_display(w, name, number->display);
	} else if (strcmp(name, "quality_rating") == 0) {
		sim_options_choice(&sim->options, "quality-rating", choice);
		json_put_text(w, name, choice);
	} else if (strcmp(name, "status") == 0) {
		sim_options_choice(&sim->options, "number-status", choice);
		json_put_text(w, name, choice);
	} else if (strcmp(name, "throughput") == 0) {
		sim_options_choice(&sim->options, "throughput-level", choice);
		json_open_object(w, name);
		json_put_text(w, "level", choice);
		json_close_object(w);
	} else if (strcmp(name, "whatsapp_business_manager_messaging_limit") == 0) {
		sim_options_choice(&sim->options, "messaging-limit", choice);
		json_put_text(w, name, choice);
	} else if (strcmp(name, "is_official_business_account") == 0) {
		json_put_bool(w, name, false);
	} else if (strcmp(name, "health_status") == 0) {
		put_health(sim, w, name, number->id, number->waba->id);
	}
}

bool sim_record_number(const struct sim *sim, const struct sim_number *number, const char *text, struct json_writer *w,
                       struct sim_answer *answer)
{
	struct sim_fields fields;
	if (!sim_fields_read(&fields, text,
	                     "verified_name,code_verification_status,display_phone_number,quality_rating,"
	                     "platform_type,throughput,id",
	                     "id,display_phone_number,verified_name,quality_rating,throughput,status,name_status,"
	                     "code_verification_status,platform_type,account_mode,is_official_business_account,"
	                     "whatsapp_business_manager_messaging_limit,health_status",
	                     "WhatsAppBusinessPhoneNumber", answer))
		return false;
	json_open_object(w, NULL);
	for (int i = 0; i < fields.n; i++)
		put_number_field(sim, number, fields.names[i], w);
	sim_record_id(w, "id", number->id);
	json_close_object(w);
	return true;
}

bool sim_record_waba(const struct sim *sim, const struct sim_waba *waba, const char *text, struct json_writer *w,
                     struct sim_answer *answer)
{
	struct sim_fields fields;
	char limit[SIM_CHOICE_BYTES];
	if (!sim_fields_read(&fields, text, "id,name,timezone_id,currency",
	                     "id,name,timezone_id,currency,whatsapp_business_manager_messaging_limit,health_status,"
	                     "account_review_status",
	                     "WhatsAppBusinessAccount", answer))
		return false;
	sim_options_choice(&sim->options, "messaging-limit", limit);
	json_open_object(w, NULL);
	for (int i = 0; i < fields.n; i++) {
		const char *name = fields.names[i];
		if (strcmp(name, "name") == 0)
			json_put_text(w, name, "Simulated Business");
		else if (strcmp(name, "timezone_id") == 0)
			json_put_text(w, name, "1");
		else if (strcmp(name, "currency") == 0)
			json_put_text(w, name, "USD");
		else if (strcmp(name, "account_review_status") == 0)
			json_put_text(w, name, "APPROVED");
		else if (strcmp(name, "whatsapp_business_manager_messaging_limit") == 0)
			json_put_text(w, name, limit);
		else if (strcmp(name, "health_status") == 0)
			put_health(sim, w, name, 0, waba->id);
	}
	sim_record_id(w, "id", waba->id);
	json_close_object(w);
	return true;
}
