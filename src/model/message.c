#include "model/message.h"

#include <string.h>

#include "base/text.h"
#include "model/template.h"

enum message_status message_status_of(enum state state, bool accepted, int code)
{
	switch (state) {
	case STATE_QUEUED:
		return MESSAGE_SCHEDULED;
	case STATE_CLAIMED:
	case STATE_UNCONFIRMED:
	case STATE_ACCEPTED:
		return MESSAGE_ENROUTE;
	case STATE_SENT:
		return MESSAGE_SENT;
	case STATE_DELIVERED:
		return MESSAGE_DELIVERED;
	case STATE_READ:
		return MESSAGE_READ;
	case STATE_FAILED:
		return accepted ? MESSAGE_FAILED : MESSAGE_REJECTED;
	case STATE_SKIPPED:
		return code == RULE_DEADLINE ? MESSAGE_EXPIRED : MESSAGE_REJECTED;
	case STATE_CANCELED:
	case N_STATES:
		break;
	}
	return MESSAGE_REJECTED;
}

static const char *const texts[N_MESSAGE_STATUSES] = {
#define X(name, text) [MESSAGE_##name] = text,
	MESSAGE_STATUSES(X)
#undef X
};

const char *message_status_text(enum message_status status)
{
	return texts[status];
}

bool message_status_parse(const char *text, enum message_status *ret)
{
	static const struct {
		const char *text;
		enum message_status status;
	} aliases[] = {{"seen", MESSAGE_READ}, {"faild", MESSAGE_FAILED}};
	for (int i = 0; i < N_MESSAGE_STATUSES; i++) {
		if (text_equal_nocase(texts[i], text)) {
			*ret = (enum message_status)i;
			return true;
		}
	}
	for (size_t i = 0; i < sizeof(aliases) / sizeof(aliases[0]); i++) {
		if (text_equal_nocase(aliases[i].text, text)) {
			*ret = aliases[i].status;
			return true;
		}
	}
	return false;
}

bool message_is_gsm7(const char *text)
{
	static const char alphabet[] =
		"@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿"
		"abcdefghijklmnopqrstuvwxyzäöñüà\f^{}\\[~]|€";
	for (size_t pos = 0, n = strlen(text); pos < n;) {
		size_t from = pos;
		char one[5] = "";
		(void)utf8_next(text, n, &pos);
		memcpy(one, text + from, pos - from);
		if (!strstr(alphabet, one))
			return false;
	}
	return true;
}
