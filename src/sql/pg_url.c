#include "sql/pg_url.h"

#include <libpq-fe.h>
#include <string.h>

/* With an unescaped `/` or `@` in the password, libpq takes a piece of it for the host, the port or the
 * database, and then names that piece in its complaints. */
static bool password_is_ambiguous(const char *url)
{
	const char *rest = strstr(url, "://");
	if (rest == NULL)
		return true;
	rest += 3;
	const char *at = strchr(rest, '@');
	if (at == NULL)
		return false;
	const char *slash = strchr(rest, '/');
	if (slash == NULL || at < slash)
		return at[1 + strcspn(at + 1, "@?")] == '@';
	const char *query = strchr(slash, '?');
	return query == NULL || at < query;
}

/* The value of `keyword` in parsed options; NULL when there is none. */
static const char *option(const PQconninfoOption *options, const char *keyword)
{
	for (const PQconninfoOption *o = options; o != NULL && o->keyword != NULL; o++) {
		if (strcmp(o->keyword, keyword) == 0)
			return o->val != NULL && *o->val != '\0' ? o->val : NULL;
	}
	return NULL;
}

int pg_url_check(const char *url, struct err *err)
{
	if (password_is_ambiguous(url))
		return err_set(err, "in the PostgreSQL URL write @ and / of a password as %%40 and %%2F");
	/* libpq's own sentence may quote the URL. */
	PQconninfoOption *options = PQconninfoParse(url, NULL);
	if (options == NULL)
		return err_set(err, "the PostgreSQL URL is malformed");
	/* Without a host, user:password reads as host:port. */
	const char *port = option(options, "port");
	bool good = port == NULL || port[strspn(port, "0123456789,")] == '\0';
	PQconninfoFree(options);
	return good ? 0 : err_set(err, "the port in the PostgreSQL URL is not a number");
}

bool pg_url_tells(const char *url, const char *sentence)
{
	PQconninfoOption *options = PQconninfoParse(url, NULL);
	const char *password = option(options, "password");
	const char *key_password = option(options, "sslpassword");
	bool tells = (password != NULL && strstr(sentence, password) != NULL) ||
	             (key_password != NULL && strstr(sentence, key_password) != NULL);
	PQconninfoFree(options);
	return tells;
}
