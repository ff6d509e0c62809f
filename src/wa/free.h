#pragma once
/* A message without a template, as bytes. Meta takes it only within 24 hours after the person wrote; source: Meta's pages on
 * text, image, video, document and interactive messages (reply buttons, call-to-action URL button). Pure. */

#include "model/message.h"
#include "wa/send.h"

/* The JSON body of POST /{phone-number-id}/messages. -1 when `out` has no room. */
must_check int wa_free_encode(const struct message_content *content, const char *number, const struct wa_key *key,
                              struct buf *out);
