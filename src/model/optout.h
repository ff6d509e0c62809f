#pragma once
/* Words by which a person asks to be left alone, or to be written to again. Pure. */

enum optout_word { OPTOUT_NONE, OPTOUT_STOP, OPTOUT_START };

/* The whole message, in any case, with surrounding blanks and punctuation ignored: STOP, STOPALL, UNSUBSCRIBE,
 * CANCEL, END, QUIT, OPTOUT, and the same in the languages of optout_words.def; START, UNSTOP, SUBSCRIBE. */
enum optout_word optout_word(const char *text);
