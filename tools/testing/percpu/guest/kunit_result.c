// SPDX-License-Identifier: GPL-2.0-only
/* What KUnit says in the kernel's log about a test or a suite that has ended. */
#include <stdio.h>
#include <string.h>

#include "kernel_log.h"
#include "kunit_result.h"

#define INDENT	"    "

/**
 * kunit_parse_result - parse a message that may be a result
 * @message: "    ok 1 static_physical" of a test, "ok 1 kasan" of a suite; a reason
 *	"# SKIP why" may follow, and older kernels say "ok 1 - "
 * @result: what it says; @skipped is a part of @message
 *
 * Return: true if it is one.
 */
bool kunit_parse_result(const char *message, struct kunit_result *result)
{
	const char *text;

	result->is_test = !strncmp(message, INDENT, strlen(INDENT));
	text = message + (result->is_test ? strlen(INDENT) : 0);
	result->passed = !strncmp(text, "ok ", 3);
	if (!result->passed && strncmp(text, "not ok ", 7))
		return false;
	text += strcspn(text, "0123456789");
	result->skipped = log_find(text, "# SKIP ");
	return sscanf(text, "%*d - %63s", result->name) == 1 ||
	       sscanf(text, "%*d %63s", result->name) == 1;
}

/**
 * kunit_parse_plan - parse a message that may say how many tests a suite has
 * @message: "    1..14"
 * @planned: how many
 *
 * Return: true if it does.
 */
bool kunit_parse_plan(const char *message, int *planned)
{
	return sscanf(message, INDENT "1..%d", planned) == 1;
}
