#pragma once
/* Which addresses a call may go to whose URL somebody else chose (a webhook's target, a picture to fetch). Only public ones: a
 * server inside a network must not be made to speak to that network's inside (server-side request forgery).
 *
 * A name is judged by what it resolves to, and at the moment of each connection, on the very address that is connected to, so
 * that a name whose address changes in between gains nothing: http_client_options.public_only does that. target_judge is
 * for telling early what would never work.
 *
 * Not public (IANA's special-purpose registries, RFC 6890 and its followers): this host, private, shared (100.64/10), loopback,
 * link-local, unique local, documentation, benchmarking, reserved, broadcast and multicast addresses; and IPv6 addresses that
 * carry one of these IPv4 addresses inside (mapped, compatible, NAT64, 6to4) or may (Teredo). */

#include <stdbool.h>
#include <sys/socket.h>

enum target_verdict {
	TARGET_OK,
	TARGET_NOT_HTTP, /* no URL, or its scheme is not http or https, or it carries a user's name */
	TARGET_PRIVATE,  /* its host is the name or the address of something that is not public */
};

/* Without asking a name server. Any thread. */
enum target_verdict target_judge(const char *url);
/* Of any family; what is neither IPv4 nor IPv6 is not public. */
bool target_is_public(const struct sockaddr *address);
