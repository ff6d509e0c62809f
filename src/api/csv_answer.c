#include "api/csv_answer.h"

#include <string.h>

#include "base/text.h"

bool csv_wanted(struct api_call *call, bool *ret)
{
	const char *accept = http_header(call->req, "Accept"), *format = http_query(call->req, "format", 0);
	*ret = format ? text_equal_nocase(format, "csv") : accept && strcasestr(accept, "text/csv");
	if (!format || *ret || text_equal_nocase(format, "json"))
		return true;
	faults_set_prefix(&call->faults, "%s", "");
	call_fault(call, FAULT_QUERY, "format", " must be json or csv");
	return false;
}

const char *csv_mark(const struct api_call *call)
{
	return http_query(call->req, "format", 0) ? "\xEF\xBB\xBF" : "";
}

/* As RFC 8187 has it: what is no letter, digit or one of a few signs in percent escapes. */
static void put_escaped(struct buf *out, const char *text)
{
	for (; *text; text++) {
		unsigned char c = (unsigned char)*text;
		bool plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || strchr("-._~", c);
		if (plain)
			buf_addc(out, *text);
		else if (c < ' ' || c == 0x7F || strchr("/\\:*?\"<>|", c))
			buf_addc(out, '_');
		else
			buf_addf(out, "%%%02X", c);
	}
}

void csv_attach(struct api_call *call, const char *name)
{
	buf_auto struct buf value;
	buf_init(&value, 4096);
	buf_adds(&value, "attachment; filename*=UTF-8''");
	put_escaped(&value, name);
	http_add_header(call->req, "Content-Disposition", buf_text(&value));
}

static bool is_formula(const char *text)
{
	return *text && strchr("=+-@\t\r", *text);
}

void csv_put_cell(struct buf *out, const char *text)
{
	bool formula = is_formula(text);
	if (!formula && !strpbrk(text, ",\"\r\n")) {
		buf_adds(out, text);
		return;
	}
	buf_adds(out, formula ? "\"'" : "\"");
	for (; *text; text++) {
		if (*text == '"')
			buf_addc(out, '"');
		buf_addc(out, *text);
	}
	buf_addc(out, '"');
}
