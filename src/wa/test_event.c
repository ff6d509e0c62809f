#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <string.h>

#include "base/buf.h"
#include "wa/event.h"

static struct buf told;

static int setup(void **state)
{
	(void)state;
	buf_init(&told, 65536);
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	buf_fini(&told);
	return 0;
}

static void put(const char *key, const char *value)
{
	assert_non_null(value);
	if (*value)
		buf_addf(&told, " %s=%s", key, value);
}

/* One event as a line: its kind, and what is not empty. */
static int tell(const struct wa_event *e, void *arg)
{
	(void)arg;
	static const char *const kinds[] = {
		[WA_EVENT_STATUS] = "status",
		[WA_EVENT_INBOUND] = "inbound",
		[WA_EVENT_TEMPLATE] = "template",
		[WA_EVENT_TEMPLATE_QUALITY] = "quality",
		[WA_EVENT_TEMPLATE_CATEGORY] = "category",
		[WA_EVENT_TEMPLATE_COMPONENTS] = "components",
		[WA_EVENT_PREFERENCE] = "preference",
		[WA_EVENT_NUMBER] = "number",
		[WA_EVENT_FLAG] = "flag",
		[WA_EVENT_ACCOUNT] = "account",
		[WA_EVENT_WARNING] = "warning",
		[WA_EVENT_UNKNOWN] = "unknown",
	};
	buf_adds(&told, kinds[e->kind]);
	put("waba", e->waba_id);
	put("number", e->phone_number_id);
	put("what", e->what);
	if (e->time_ms != -1)
		buf_addf(&told, " at=%lld", (long long)e->time_ms);
	put("wamid", e->wamid);
	if (e->kind == WA_EVENT_STATUS)
		put("state", state_text(e->state));
	if (e->has_key)
		buf_addf(&told, " key=%s/%lld/%lld/%d", e->key.instance, (long long)e->key.campaign_no, (long long)e->key.seq,
		         e->key.attempt);
	if (e->code)
		buf_addf(&told, " code=%d", e->code);
	put("detail", e->detail);
	put("from", e->from);
	put("type", e->type);
	put("text", e->text);
	put("payload", e->payload);
	put("context", e->context_id);
	if (e->stop)
		buf_adds(&told, " stop");
	put("code", e->code_digits);
	if (e->until_ms != -1)
		buf_addf(&told, " until=%lld", (long long)e->until_ms);
	put("template", e->template_id);
	put("name", e->template_name);
	put("status", e->status);
	put("reason", e->reason);
	put("category", e->category);
	put("correct", e->correct_category);
	put("previous", e->previous_category);
	put("language", e->language);
	buf_addc(&told, '\n');
	return 0;
}

#define CHANGE(field, value)                                                                                   \
	"{\"object\":\"whatsapp_business_account\",\"entry\":[{\"id\":\"77\",\"changes\":[{\"field\":\"" field \
	"\",\"value\":" value "}]}]}"
#define MESSAGES(lists)                                                                                                  \
	CHANGE("messages", "{\"messaging_product\":\"whatsapp\",\"metadata\":{\"display_phone_number\":\"15550783881\"," \
	                   "\"phone_number_id\":\"106\"},\"contacts\":[{\"wa_id\":\"4474\"}]" lists "}")
#define STATUS(members) \
	MESSAGES(",\"statuses\":[{\"id\":\"wamid.A\",\"timestamp\":\"1750030073\",\"recipient_id\":\"4474\"," members "}]")
#define MESSAGE(members) \
	MESSAGES(",\"messages\":[{\"from\":\"4474\",\"id\":\"wamid.B\",\"timestamp\":\"1750030100\"," members "}]")
#define SHARED " waba=77 number=106 what=messages"
#define OF_STATUS "status" SHARED " at=1750030073000 wamid=wamid.A state="
#define OF_MESSAGE "inbound" SHARED " at=1750030100000 wamid=wamid.B from=4474 type="

struct one {
	const char *body, *told;
};

static void each(const struct one *cases, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		struct err err = {""};
		buf_reset(&told);
		if (wa_event_each(cases[i].body, strlen(cases[i].body), tell, NULL, &err) != 0)
			fail_msg("%s: %s", cases[i].body, err.text);
		assert_string_equal(buf_text(&told), cases[i].told);
	}
}

static void statuses(void **state)
{
	(void)state;
	static const struct one cases[] = {
		{STATUS("\"status\":\"sent\",\"biz_opaque_callback_data\":\"cr1.0a1b2c3f.42.981.1\",\"conversation\":{\"id\":"
	                "\"6\"},\"pricing\":{}"),
	         OF_STATUS "sent key=0a1b2c3f/42/981/1\n"},
		{STATUS("\"status\":\"delivered\",\"biz_opaque_callback_data\":\"c42:r981:a1\""), OF_STATUS "delivered\n"},
		{STATUS("\"status\":\"read\""), OF_STATUS "read\n"},
		{STATUS("\"status\":\"failed\",\"errors\":[{\"code\":131049,\"title\":\"t\",\"message\":\"m\",\"error_data\":{"
	                "\"details\":\"d\"}}]"),
	         OF_STATUS "failed code=131049 detail=d\n"},
		{STATUS("\"status\":\"failed\",\"errors\":[{\"code\":\"131026\",\"title\":\"t\"}]"),
	         OF_STATUS "failed code=131026 detail=t\n"},
		{STATUS("\"status\":\"failed\""), OF_STATUS "failed\n"},
		{STATUS("\"status\":\"failed\",\"errors\":[]"), OF_STATUS "failed\n"},
		{STATUS("\"status\":\"failed\",\"errors\":[{\"code\":99999999999}]"), OF_STATUS "failed\n"},
		/* words that move nothing of a campaign */
		{STATUS("\"status\":\"played\""), "unknown" SHARED "\n"},
		{STATUS("\"status\":\"deleted\""), "unknown" SHARED "\n"},
		{STATUS("\"status\":\"SENT\""), "unknown" SHARED "\n"},
		/* a whole number of seconds, as text or as a number; without a time none is made up */
		{MESSAGES(",\"statuses\":[{\"id\":\"w\",\"status\":\"read\",\"timestamp\":1750030073}]"),
	         "status" SHARED " at=1750030073000 wamid=w state=read\n"},
		{MESSAGES(",\"statuses\":[{\"id\":\"w\",\"status\":\"read\"}]"), "status" SHARED " wamid=w state=read\n"},
		{MESSAGES(",\"statuses\":[{\"id\":\"w\",\"status\":\"read\",\"timestamp\":\"-1\"}]"),
	         "status" SHARED " wamid=w state=read\n"},
		{MESSAGES(",\"statuses\":[{\"id\":\"w\",\"status\":\"read\",\"timestamp\":\"9223372036854775807\"}]"),
	         "status" SHARED " wamid=w state=read\n"},
		{MESSAGES(",\"statuses\":[{\"id\":\"w\",\"status\":\"read\",\"timestamp\":\"soon\"}]"),
	         "status" SHARED " wamid=w state=read\n"},
		/* our key settles a row even without the wamid; without both it is nobody's */
		{MESSAGES(",\"statuses\":[{\"status\":\"sent\",\"biz_opaque_callback_data\":\"cr1.0a1b2c3f.1.2.3\"}]"),
	         "status" SHARED " state=sent key=0a1b2c3f/1/2/3\n"},
		{MESSAGES(",\"statuses\":[{\"status\":\"sent\"}]"), "unknown" SHARED "\n"},
	};
	each(cases, sizeof cases / sizeof *cases);
}

static void inbound(void **state)
{
	(void)state;
	static const struct one cases[] = {
		{MESSAGE("\"type\":\"text\",\"text\":{\"body\":\"STOP\"}"), OF_MESSAGE "text text=STOP\n"},
		{MESSAGE("\"type\":\"text\",\"text\":{\"body\":\"\\u00e4\\/\"}"), OF_MESSAGE "text text=\xC3\xA4/\n"},
		{MESSAGE("\"type\":\"button\",\"context\":{\"from\":\"1\",\"id\":\"wamid.O\"},\"button\":{\"payload\":\"STOP:"
	                 "c42\",\"text\":\"Stop\"}"),
	         OF_MESSAGE "button text=Stop payload=STOP:c42 context=wamid.O\n"},
		{MESSAGE("\"type\":\"interactive\",\"interactive\":{\"type\":\"button_reply\",\"button_reply\":{\"id\":\"i\","
	                 "\"title\":\"t\"}}"),
	         OF_MESSAGE "interactive text=t payload=i\n"},
		{MESSAGE("\"type\":\"interactive\",\"interactive\":{\"type\":\"list_reply\",\"list_reply\":{\"id\":\"i\","
	                 "\"title\":\"t\",\"description\":\"d\"}}"),
	         OF_MESSAGE "interactive text=t payload=i\n"},
		{MESSAGE("\"type\":\"interactive\",\"interactive\":{\"type\":\"nfm_reply\",\"nfm_reply\":{\"response_json\":\"{}"
	                 "\"}}"),
	         OF_MESSAGE "interactive\n"},
		{MESSAGE("\"type\":\"image\",\"image\":{\"id\":\"9\",\"mime_type\":\"image/jpeg\",\"caption\":\"stop\"}"),
	         OF_MESSAGE "image text=stop\n"},
		{MESSAGE("\"type\":\"sticker\",\"sticker\":{\"id\":\"9\"}"), OF_MESSAGE "sticker\n"},
		{MESSAGE("\"type\":\"reaction\",\"reaction\":{\"message_id\":\"w\",\"emoji\":\"x\"}"), OF_MESSAGE "reaction\n"},
		{MESSAGE("\"type\":\"unsupported\",\"errors\":[{\"code\":131051}]"), OF_MESSAGE "unsupported\n"},
		{MESSAGE("\"type\":\"text\""), OF_MESSAGE "text\n"},
		{MESSAGE("\"type\":\"text\",\"text\":\"STOP\""), OF_MESSAGE "text\n"},
		/* a person known by a user id alone has no number */
		{MESSAGES(",\"messages\":[{\"from_user_id\":\"GB.1\",\"id\":\"w\",\"timestamp\":\"1\",\"type\":\"text\",\"text\":"
	                  "{\"body\":\"hi\"}}]"),
	         "inbound" SHARED " at=1000 wamid=w type=text text=hi\n"},
		{MESSAGES(",\"messages\":[{\"from\":\"4474\",\"type\":\"text\",\"text\":{\"body\":\"hi\"}}]"),
	         "unknown" SHARED "\n"},
		/* faults of a request, and changes of other kinds */
		{MESSAGES(",\"errors\":[{\"code\":130429}]"), "unknown" SHARED "\n"},
	};
	each(cases, sizeof cases / sizeof *cases);
}

#define PREFERENCE(members)        \
	CHANGE("user_preferences", \
	       "{\"metadata\":{\"phone_number_id\":\"106\"},\"user_preferences\":[{\"wa_id\":\"4474\"," members "}]}")

static void preferences(void **state)
{
	(void)state;
	static const struct one cases[] = {
		{PREFERENCE("\"detail\":\"d\",\"category\":\"marketing_messages\",\"value\":\"stop\",\"timestamp\":1731705721"),
	         "preference waba=77 number=106 what=user_preferences at=1731705721000 from=4474 text=d stop\n"},
		{PREFERENCE("\"value\":\"resume\",\"timestamp\":\"1731705721\""),
	         "preference waba=77 number=106 what=user_preferences at=1731705721000 from=4474\n"},
		{PREFERENCE("\"value\":\"signup\""), "unknown waba=77 number=106 what=user_preferences\n"},
		{PREFERENCE("\"value\":null"), "unknown waba=77 number=106 what=user_preferences\n"},
		{CHANGE("user_preferences", "{}"), "unknown waba=77 what=user_preferences\n"},
	};
	each(cases, sizeof cases / sizeof *cases);
}

static void numbers(void **state)
{
	(void)state;
	static const struct one cases[] = {
		{CHANGE("phone_number_quality_update", "{\"display_phone_number\":\"44\",\"event\":\"THROUGHPUT_UPGRADE\"}"),
	         "number waba=77 what=phone_number_quality_update\n"},
		{CHANGE("business_capability_update", "{\"max_daily_conversations_per_business\":2000}"),
	         "number waba=77 what=business_capability_update\n"},
	};
	each(cases, sizeof cases / sizeof *cases);
}

#define ACCOUNT(members) CHANGE("account_update", "{" members "}")
#define RESTRICTION(list) ACCOUNT("\"event\":\"ACCOUNT_RESTRICTION\",\"restriction_info\":" list)
#define OF_ACCOUNT "account waba=77 what=account_update"
#define RESTRICTED " reason=WhatsApp has restricted the business account: it may not begin conversations.\n"
#define OF_WARNING "warning waba=77 what=account_update"
#define NO_UTILITY " reason=WhatsApp has restricted the business account: it may not send utility templates.\n"
#define NO_ACCOUNT "unknown waba=77 what=account_update\n"

static void accounts(void **state)
{
	(void)state;
	static const struct one cases[] = {
		/* Meta writes the end in more than one way; the latest counts, and one that has none has no end */
		{RESTRICTION("[{\"restriction_type\":\"RESTRICTED_BIZ_INITIATED_MESSAGING\",\"expiration\":1795892400}]"),
	         OF_ACCOUNT " stop until=1795892400000" RESTRICTED},
		{RESTRICTION("[{\"restriction_type\":\"RESTRICTED_ADD_PHONE_NUMBER_ACTION\",\"expiration\":1},"
	                     "{\"restriction_type\":\"RESTRICTED_BIZ_INITIATED_MESSAGING\",\"expiration\":\"1795892400\"},"
	                     "{\"restriction_type\":\"RESTRICTED_CUSTOMER_INITIATED_MESSAGING\","
	                     "\"expiration\":\"2026-12-01T00:00:00+00:00\"}]"),
	         OF_ACCOUNT " stop until=1796083200000" RESTRICTED},
		{RESTRICTION(
			 "[{\"restriction_type\":\"RESTRICTED_BIZ_INITIATED_MESSAGING\",\"expiration\":\"November 30, 2026\"}]"),
	         OF_ACCOUNT " stop until=1796083200000" RESTRICTED},
		{RESTRICTION("[{\"restriction_type\":\"RESTRICTED_BIZ_INITIATED_MESSAGING\",\"expiration\":\"soon\"},"
	                     "{\"restriction_type\":\"RESTRICTED_BIZ_INITIATED_MESSAGING\",\"expiration\":1795892400}]"),
	         OF_ACCOUNT " stop" RESTRICTED},
		{RESTRICTION("[{\"restriction_type\":\"RESTRICTED_UTILITY_TEMPLATES\",\"expiration\":1795892400}]"),
	         OF_WARNING " until=1795892400000" NO_UTILITY},
		{RESTRICTION("[{\"restriction_type\":\"RESTRICTED_UTILITY_TEMPLATES\"},"
	                     "{\"restriction_type\":\"RESTRICTED_BIZ_INITIATED_MESSAGING\",\"expiration\":1795892400}]"),
	         OF_ACCOUNT " stop until=1795892400000" RESTRICTED OF_WARNING NO_UTILITY},
		{RESTRICTION("[{\"restriction_type\":\"RESTRICTED_ADD_PHONE_NUMBER_ACTION\"},7]"), NO_ACCOUNT},
		{RESTRICTION("[]"), NO_ACCOUNT},
		{RESTRICTION("7"), NO_ACCOUNT},
		{ACCOUNT("\"event\":\"DISABLED_UPDATE\",\"ban_info\":{\"waba_ban_state\":\"DISABLE\",\"waba_ban_date\":\"April "
	                 "17, 2025\"}"),
	         OF_ACCOUNT " stop reason=WhatsApp has disabled the business account.\n"},
		{ACCOUNT("\"event\":\"DISABLED_UPDATE\",\"ban_info\":{\"waba_ban_state\":\"REINSTATE\"}"), OF_ACCOUNT "\n"},
		{ACCOUNT("\"event\":\"DISABLED_UPDATE\",\"ban_info\":{\"waba_ban_state\":\"SCHEDULE_FOR_DISABLE\","
	                 "\"waba_ban_date\":\"November 30, 2026\"}"),
	         OF_WARNING " until=1796083200000 reason=WhatsApp is going to disable the business account.\n"},
		{ACCOUNT("\"event\":\"ACCOUNT_VIOLATION\",\"violation_info\":{\"violation_type\":\"ADULT\"}"),
	         OF_WARNING " reason=WhatsApp says that the business account breaks its rules: see WhatsApp Manager.\n"},
		{ACCOUNT("\"event\":\"DISABLED_UPDATE\""), NO_ACCOUNT},
		{ACCOUNT("\"event\":\"ACCOUNT_DELETED\""),
	         OF_ACCOUNT " stop reason=The business account was deleted at WhatsApp.\n"},
		{ACCOUNT("\"event\":\"ACCOUNT_RECONNECTED\""), OF_ACCOUNT "\n"},
		{ACCOUNT("\"event\":\"PARTNER_ADDED\""), NO_ACCOUNT},
		{ACCOUNT(""), NO_ACCOUNT},
		{CHANGE("account_update", "null"), NO_ACCOUNT},
		/* and of one number */
		{CHANGE("phone_number_quality_update", "{\"display_phone_number\":\"+44 808 157-0123\",\"event\":\"FLAGGED\"}"),
	         "flag waba=77 what=phone_number_quality_update stop code=448081570123\nnumber waba=77 "
	         "what=phone_number_quality_update\n"},
		{CHANGE("phone_number_quality_update", "{\"display_phone_number\":\"448081570123\",\"event\":\"unflagged\"}"),
	         "flag waba=77 what=phone_number_quality_update code=448081570123\nnumber waba=77 "
	         "what=phone_number_quality_update\n"},
		{CHANGE("phone_number_quality_update",
	                "{\"display_phone_number\":\"44808157012344808157\",\"event\":\"FLAGGED\"}"),
	         "number waba=77 what=phone_number_quality_update\n"},
	};
	each(cases, sizeof cases / sizeof *cases);
}

#define VERDICT(members)                                                                                                   \
	"{\"entry\":[{\"id\":77,\"time\":1750030073,\"changes\":[{\"field\":\"message_template_status_update\",\"value\":" \
	"{" members "}}]}]}"
#define OF_VERDICT "template waba=77 what=message_template_status_update at=1750030073000 template="

static void templates(void **state)
{
	(void)state;
	static const struct one cases[] = {
		{VERDICT("\"event\":\"APPROVED\",\"message_template_id\":1689556908129832,\"message_template_name\":\"spring\","
	                 "\"message_template_language\":\"en-GB\",\"reason\":\"NONE\""),
	         OF_VERDICT "1689556908129832 name=spring status=APPROVED reason=NONE language=en_GB\n"},
		{VERDICT("\"event\":\"REJECTED\",\"message_template_id\":\"5\",\"reason\":\"INVALID_FORMAT\",\"rejection_info\":{"
	                 "\"reason\":\"why\"}"),
	         OF_VERDICT "5 status=REJECTED reason=why\n"},
		{VERDICT("\"event\":\"REJECTED\",\"message_template_id\":5,\"reason\":\"SCAM\",\"rejection_info\":null"),
	         OF_VERDICT "5 status=REJECTED reason=SCAM\n"},
		{VERDICT("\"event\":\"DISABLED\",\"message_template_id\":5,\"reason\":null"), OF_VERDICT "5 status=DISABLED\n"},
		/* Meta's pages write it both ways; it is told upper case */
		{VERDICT("\"event\":\"paused\",\"message_template_id\":5"), OF_VERDICT "5 status=PAUSED\n"},
		/* an id too large to be exact as a number is left out, never rounded; the name stands for it */
		{VERDICT("\"event\":\"APPROVED\",\"message_template_id\":24123456789012345,\"message_template_name\":\"spring\""),
	         "template waba=77 what=message_template_status_update at=1750030073000 name=spring status=APPROVED\n"},
		{VERDICT("\"event\":\"APPROVED\""), "unknown waba=77 what=message_template_status_update at=1750030073000\n"},
		{VERDICT("\"message_template_id\":5"), "unknown waba=77 what=message_template_status_update at=1750030073000\n"},
		{CHANGE("message_template_status_update", "null"), "unknown waba=77 what=message_template_status_update\n"},
		{CHANGE("message_template_quality_update", "{\"previous_quality_score\":\"GREEN\",\"new_quality_score\":\"RED\","
	                                                   "\"message_template_id\":5,\"message_template_name\":\"n\"}"),
	         "quality waba=77 what=message_template_quality_update template=5 name=n status=RED\n"},
		/* announced: the present one is called new there */
		{CHANGE("template_category_update",
	                "{\"message_template_id\":5,\"new_category\":\"UTILITY\","
	                "\"correct_category\":\"MARKETING\",\"category_update_timestamp\":1750030073}"),
	         "category waba=77 what=template_category_update template=5 status=UTILITY category=UTILITY correct=MARKETING\n"},
		{CHANGE("template_category_update", "{\"message_template_id\":5,\"previous_category\":\"UTILITY\","
	                                            "\"new_category\":\"MARKETING\"}"),
	         "category waba=77 what=template_category_update template=5 status=MARKETING category=MARKETING "
	         "previous=UTILITY\n"},
		{CHANGE("template_category_update", "{\"message_template_id\":5}"),
	         "unknown waba=77 what=template_category_update\n"},
		{CHANGE("message_template_components_update", "{\"message_template_id\":5,\"message_template_element\":\"Hi\"}"),
	         "components waba=77 what=message_template_components_update template=5\n"},
		{CHANGE("something_new", "{\"a\":[1]}"), "unknown waba=77 what=something_new\n"},
	};
	each(cases, sizeof cases / sizeof *cases);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(statuses, setup, teardown),
		cmocka_unit_test_setup_teardown(inbound, setup, teardown),
		cmocka_unit_test_setup_teardown(preferences, setup, teardown),
		cmocka_unit_test_setup_teardown(numbers, setup, teardown),
		cmocka_unit_test_setup_teardown(accounts, setup, teardown),
		cmocka_unit_test_setup_teardown(templates, setup, teardown),
	};
	return cmocka_run_group_tests_name("wa/event", tests, NULL, NULL);
}
