// SPDX-License-Identifier: GPL-2.0-only
/* The results of a KUnit suite in the kernel's log. */
#include <stdio.h>
#include <string.h>

#include "kernel_log.h"
#include "kunit_result.h"

#define INDENT	"    "

/* "ok 1 first_chunk_physical", in older kernels "ok 1 - first_chunk_physical";
 * "# SKIP why" may follow
 */
static bool parse_result(const char *text, struct kunit_result *result)
{
	result->passed = !strncmp(text, "ok ", 3);
	if (!result->passed && strncmp(text, "not ok ", 7))
		return false;
	text += strcspn(text, "0123456789");
	result->skipped = log_find(text, "# SKIP ");
	return sscanf(text, "%*d - %63s", result->name) == 1 ||
	       sscanf(text, "%*d %63s", result->name) == 1;
}

/**
 * kunit_take - take a message of the kernel's log
 * @suite: the suite
 * @message: the message
 * @result: what it says, if it is the result of a test
 *
 * Return: true if it is the result of one of the suite's tests.
 */
bool kunit_take(struct kunit_suite *suite, const char *message, struct kunit_result *result)
{
	const char *text = log_find(message, "# Subtest: ");

	if (text && !strcmp(text, suite->name))
		suite->running = true;
	if (!suite->running)
		return false;
	if (!suite->planned)
		sscanf(message, INDENT "1..%d", &suite->planned);
	if (!strncmp(message, INDENT, strlen(INDENT))) {
		if (!parse_result(message + strlen(INDENT), result))
			return false;
		suite->results++;
		return true;
	}
	if (parse_result(message, result)) {
		suite->running = false;
		suite->ended = !strcmp(result->name, suite->name);
	}
	return false;
}
