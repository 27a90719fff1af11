/* SPDX-License-Identifier: GPL-2.0-only */
/* What KUnit says in the kernel's log about a test or a suite that has ended. */
#ifndef KUNIT_RESULT_H
#define KUNIT_RESULT_H

#include <stdbool.h>

/**
 * struct kunit_result - a result of KUnit
 * @is_test: of a test, else of a suite
 * @passed: passed or skipped
 * @skipped: why it was skipped, or NULL
 * @name: the test or the suite
 */
struct kunit_result {
	bool is_test;
	bool passed;
	const char *skipped;
	char name[64];
};

bool kunit_parse_result(const char *message, struct kunit_result *result);
bool kunit_parse_plan(const char *message, int *planned);

#endif
