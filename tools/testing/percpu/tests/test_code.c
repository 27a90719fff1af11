// SPDX-License-Identifier: GPL-2.0-only
/* Reading machine code, as the assembler wrote it. */
#include "code.h"
#include "test.h"

static const uint8_t fence[] = {
	0x41, 0x11,				/* 0: addi sp, sp, -16 */
	0x73, 0x00, 0x00, 0x12,			/* 2: sfence.vma */
	0x82, 0x80,				/* 6: ret */
};

static const uint8_t calls[] = {
	0x41, 0x11,				/* 0: addi sp, sp, -16 */
	0xef, 0x00, 0x50, 0x7f,		/* 2: jal 2 + 0xff4 */
	0xef, 0xf0, 0x0f, 0xff,		/* 6: jal 6 - 0x810 */
	0x97, 0x30, 0x12, 0x00,		/* a: auipc ra, 0x123 */
	0xe7, 0x80, 0xc0, 0xff,		/* e: jalr ra, -4(ra) */
	0x97, 0xf0, 0xff, 0xff,		/* 12: auipc ra, -1 */
	0xe7, 0x80, 0x00, 0x7f,		/* 16: jalr ra, 0x7f0(ra) */
	0x82, 0x80,				/* 1a: ret */
};

static void test_fence(void **state)
{
	static const uint8_t one[] = {
		0x41, 0x11,			/* addi sp, sp, -16 */
		0x73, 0x00, 0x05, 0x12,		/* sfence.vma a0 */
		0x82, 0x80,			/* ret */
	};

	assert_true(code_fences(fence, sizeof(fence)));
	assert_true(code_fences(one, sizeof(one)));
}

static void test_no_fence(void **state)
{
	/* Its upper half is that of sfence.vma: lui a5, 0x12000; ret */
	static const uint8_t code[] = { 0xb7, 0x07, 0x00, 0x12, 0x82, 0x80 };

	assert_false(code_fences(code, sizeof(code)));
	assert_false(code_fences(calls, sizeof(calls)));
	assert_false(code_fences(code, 0));
}

/* The bytes of a fence that are halves of other instructions are none */
static void test_fence_in_the_middle(void **state)
{
	static const uint8_t code[] = { 0x37, 0x05, 0x73, 0x00, 0x00, 0x12, 0x82, 0x80 };

	assert_false(code_fences(code, sizeof(code)));
}

/* A function may be cut: nothing behind it is read */
static void test_cut(void **state)
{
	assert_true(code_fences(fence, 6));
	assert_false(code_fences(fence, 5));
	assert_false(code_fences(fence, 4));
	assert_false(code_fences(fence, 3));
}

static void test_calls(void **state)
{
	assert_true(code_calls(calls, sizeof(calls), 2 + 0xff4));
	assert_true(code_calls(calls, sizeof(calls), 6 - 0x810));
	assert_true(code_calls(calls, sizeof(calls), 0xa + 0x123000 - 4));
	assert_true(code_calls(calls, sizeof(calls), 0x12 - 0x1000 + 0x7f0));
}

static void test_calls_nothing_else(void **state)
{
	assert_false(code_calls(calls, sizeof(calls), 2 + 0xff4 + 2));
	assert_false(code_calls(calls, sizeof(calls), -0x10000));
	assert_false(code_calls(calls, 2, 2 + 0xff4));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_fence),
		cmocka_unit_test(test_no_fence),
		cmocka_unit_test(test_fence_in_the_middle),
		cmocka_unit_test(test_cut),
		cmocka_unit_test(test_calls),
		cmocka_unit_test(test_calls_nothing_else),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
