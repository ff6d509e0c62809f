#pragma once
/* The API as a client calls it: one call after the other, each waited for. */

#include <stdint.h>

#include "base/err.h"
#include "base/json.h"

struct rest;

must_check int rest_create(struct rest **ret, struct err *err);
void rest_destroy(struct rest *rest); /* NULL is fine */
/* `base` is "http://host:port"; `key` the API key, NULL for none. */
void rest_set_server(struct rest *rest, const char *base, const char *key);

/* Call and parse the answer. 0 with the tree in *ret (NULL when the answer has none); -1 with the sentence when there was no
 * answer, or one that is not 2xx: then with its first error's message. `content_type` NULL without a body. */
must_check int rest_call(struct rest *rest, const char *method, const char *path, const char *content_type, const void *body,
                         size_t n_bytes, cJSON **ret, struct err *err);
must_check int rest_get(struct rest *rest, const char *path, cJSON **ret, struct err *err);
must_check int rest_post_json(struct rest *rest, const char *path, const char *json, cJSON **ret, struct err *err);
/* The file behind `fd` as the body, read as it is sent, however long that takes. */
must_check int rest_post_file(struct rest *rest, const char *path, const char *content_type, int fd, uint64_t n_bytes,
                              cJSON **ret, struct err *err);
int rest_status(const struct rest *rest); /* of the last answer; 0 when there was none */
