/* A URL that somebody else chose: what is let through is no address inside, however it is spelt. */
#include <arpa/inet.h>
#include <curl/curl.h>
#include <netdb.h>

#include "fuzz.h"
#include "http/target.h"

static void check(const char *url)
{
	CURLU *parts = curl_url();
	char *host = NULL, *scheme = NULL;
	HOLDS(curl_url_set(parts, CURLUPART_URL, url, 0) == CURLUE_OK);
	HOLDS(curl_url_get(parts, CURLUPART_HOST, &host, 0) == CURLUE_OK && host[0] != '\0');
	HOLDS(curl_url_get(parts, CURLUPART_SCHEME, &scheme, 0) == CURLUE_OK);
	HOLDS(strcmp(scheme, "http") == 0 || strcmp(scheme, "https") == 0);
	size_t n = strlen(host);
	char *name = host;
	if (n > 2 && host[0] == '[') {
		host[n - 1] = '\0';
		name++;
	}
	/* As the resolver would read it without asking anybody: 127.1, 0x7f000001, 2130706433 too. */
	const struct addrinfo hints = {.ai_flags = AI_NUMERICHOST, .ai_socktype = SOCK_STREAM};
	struct addrinfo *found = NULL;
	if (getaddrinfo(name, "80", &hints, &found) == 0) {
		HOLDS(target_is_public(found->ai_addr));
		freeaddrinfo(found);
	}
	curl_free(host);
	curl_free(scheme);
	curl_url_cleanup(parts);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n_bytes)
{
	char *url = fuzz_text(data, n_bytes);
	if (target_judge(url) == TARGET_OK)
		check(url);
	free(url);
	return 0;
}
