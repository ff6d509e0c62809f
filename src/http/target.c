#include "http/target.h"

#include <arpa/inet.h>
#include <curl/curl.h>
#include <netinet/in.h>
#include <stdint.h>
#include <string.h>
#include <strings.h>

static const struct {
	uint32_t net;
	int n_bits;
} closed4[] = {
	{0x00000000, 8},  /* this host */
	{0x0a000000, 8},  /* private */
	{0x64400000, 10}, /* shared, of carriers */
	{0x7f000000, 8},  /* loopback */
	{0xa9fe0000, 16}, /* link-local, the metadata of clouds among them */
	{0xac100000, 12}, /* private */
	{0xc0000000, 24}, /* protocol assignments */
	{0xc0000200, 24}, /* documentation */
	{0xc0586300, 24}, /* 6to4 relays */
	{0xc0a80000, 16}, /* private */
	{0xc6120000, 15}, /* benchmarking */
	{0xc6336400, 24}, /* documentation */
	{0xcb007100, 24}, /* documentation */
	{0xe0000000, 4},  /* multicast */
	{0xf0000000, 4},  /* reserved, and broadcast */
};

static bool is_public4(uint32_t host)
{
	for (size_t i = 0; i < sizeof(closed4) / sizeof(closed4[0]); i++)
		if ((host ^ closed4[i].net) >> (32 - closed4[i].n_bits) == 0)
			return false;
	return true;
}

static uint32_t word_at(const uint8_t *byte)
{
	return (uint32_t)byte[0] << 24 | (uint32_t)byte[1] << 16 | (uint32_t)byte[2] << 8 | byte[3];
}

/* Of the whole space only 2000::/3 is given out; in it, and beside it, stand those that carry an IPv4 address. */
static bool is_public6(const uint8_t byte[16])
{
	static const uint8_t zero[16], nat64[12] = {0x00, 0x64, 0xff, 0x9b};
	if (memcmp(byte, nat64, sizeof(nat64)) == 0)
		return is_public4(word_at(byte + 12));
	if (memcmp(byte, zero, 10) == 0 && byte[10] == 0xff && byte[11] == 0xff) /* mapped */
		return is_public4(word_at(byte + 12));
	if ((byte[0] & 0xe0) != 0x20)
		return false;
	if (byte[0] == 0x20 && byte[1] == 0x02) /* 6to4 */
		return is_public4(word_at(byte + 2));
	if (word_at(byte) == 0x20010db8 || (word_at(byte) & 0xfffffff0) == 0x3fff0000) /* documentation */
		return false;
	return word_at(byte) >> 9 != 0x20010000 >> 9; /* protocol assignments, Teredo among them */
}

bool target_is_public(const struct sockaddr *address)
{
	if (address->sa_family == AF_INET) {
		struct sockaddr_in in;
		memcpy(&in, address, sizeof(in));
		return is_public4(ntohl(in.sin_addr.s_addr));
	}
	if (address->sa_family == AF_INET6) {
		struct sockaddr_in6 in6;
		memcpy(&in6, address, sizeof(in6));
		return is_public6(in6.sin6_addr.s6_addr);
	}
	return false;
}

/* Names that mean this machine or this network by agreement (RFC 6761, 6762, 8375). */
static bool is_inner_name(const char *host, size_t n)
{
	static const char *const ends[] = {"localhost", "local", "internal", "home.arpa"};
	n -= n > 0 && host[n - 1] == '.';
	for (size_t i = 0; i < sizeof(ends) / sizeof(ends[0]); i++) {
		size_t k = strlen(ends[i]);
		if (n >= k && strncasecmp(host + n - k, ends[i], k) == 0 && (n == k || host[n - k - 1] == '.'))
			return true;
	}
	return false;
}

static bool is_public_host(const char *host)
{
	struct in_addr in;
	struct in6_addr in6;
	char inner[INET6_ADDRSTRLEN];
	size_t n = strlen(host);
	if (n > 2 && host[0] == '[') {
		size_t k = strcspn(host + 1, "]%");
		if (k >= sizeof(inner))
			return false;
		memcpy(inner, host + 1, k);
		inner[k] = '\0';
		return inet_pton(AF_INET6, inner, &in6) == 1 && is_public6(in6.s6_addr);
	}
	if (inet_aton(host, &in)) /* 0x7f.1 too, which libcurl leaves as it is where it came in percent escapes */
		return is_public4(ntohl(in.s_addr));
	return !is_inner_name(host, n);
}

static enum target_verdict judge_parts(CURLU *parts)
{
	char *scheme = NULL, *host = NULL, *user = NULL;
	enum target_verdict verdict = TARGET_NOT_HTTP;
	if (curl_url_get(parts, CURLUPART_SCHEME, &scheme, 0) == CURLUE_OK &&
	    (strcasecmp(scheme, "http") == 0 || strcasecmp(scheme, "https") == 0) &&
	    curl_url_get(parts, CURLUPART_USER, &user, 0) == CURLUE_NO_USER &&
	    curl_url_get(parts, CURLUPART_HOST, &host, 0) == CURLUE_OK && *host)
		verdict = is_public_host(host) ? TARGET_OK : TARGET_PRIVATE;
	curl_free(scheme);
	curl_free(host);
	curl_free(user);
	return verdict;
}

enum target_verdict target_judge(const char *url)
{
	for (const char *p = url; *p; p++)
		if ((unsigned char)*p <= ' ' || *p == 0x7f)
			return TARGET_NOT_HTTP;
	CURLU *parts = curl_url();
	if (!parts)
		return TARGET_NOT_HTTP;
	enum target_verdict verdict = curl_url_set(parts, CURLUPART_URL, url, CURLU_NON_SUPPORT_SCHEME) == CURLUE_OK
	                                      ? judge_parts(parts)
	                                      : TARGET_NOT_HTTP;
	curl_url_cleanup(parts);
	return verdict;
}
