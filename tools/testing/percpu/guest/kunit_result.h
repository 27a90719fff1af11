/* SPDX-License-Identifier: GPL-2.0-only */
/* The results of a KUnit suite in the kernel's log. */
#ifndef KUNIT_RESULT_H
#define KUNIT_RESULT_H

#include <stdbool.h>

struct kunit_suite {
	const char *name;
	bool running;
	bool ended;
	int planned;		/* tests */
	int results;		/* of tests */
};

struct kunit_result {
	char name[64];
	bool passed;		/* or skipped */
	const char *skipped;	/* the reason, or NULL */
};

bool kunit_take(struct kunit_suite *suite, const char *message, struct kunit_result *result);

#endif
