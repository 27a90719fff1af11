// SPDX-License-Identifier: GPL-2.0-only
/* What becomes of bytes that are no text, and what is cut out of a console. */
#include "test.h"
#include "text.h"

/* What stands for such a byte */
#define BAD	"\xef\xbf\xbd"

static void assert_clean(char *(*clean)(const char *data, size_t size), const char *data,
			 size_t size, const char *wanted)
{
	char *text = clean(data, size);

	assert_string_equal(text, wanted);
	free(text);
}

static void assert_utf8(const char *data, const char *wanted)
{
	assert_clean(text_utf8, data, strlen(data), wanted);
	assert_clean(text_xml, data, strlen(data), wanted);
}

static void test_text_stays(void **state)
{
	assert_utf8("", "");
	assert_utf8("a\tb\n", "a\tb\n");
	assert_utf8("\xc3\xa4\xe2\x82\xac\xf0\x9f\x90\xa7", "\xc3\xa4\xe2\x82\xac\xf0\x9f\x90\xa7");
	assert_utf8("\xef\xbf\xbd\xf4\x8f\xbf\xbd", "\xef\xbf\xbd\xf4\x8f\xbf\xbd");
}

static void test_bad_bytes_are_replaced(void **state)
{
	assert_utf8("a\xffz", "a" BAD "z");
	assert_utf8("\x80", BAD);
	assert_utf8("\xc3", BAD);
	assert_utf8("\xc3(", BAD "(");
	assert_utf8("\xe2\x82", BAD BAD);
	assert_utf8("\xf8\x88\x80\x80\x80", BAD BAD BAD BAD BAD);
}

/* Longer than it must be, surrogates, and beyond Unicode */
static void test_bad_characters_are_replaced(void **state)
{
	assert_utf8("\xc0\xaf", BAD BAD);
	assert_utf8("\xe0\x80\xaf", BAD BAD BAD);
	assert_utf8("\xf0\x80\x80\xaf", BAD BAD BAD BAD);
	assert_utf8("\xed\xa0\x80", BAD BAD BAD);
	assert_utf8("\xf4\x90\x80\x80", BAD BAD BAD BAD);
}

static void test_control_characters(void **state)
{
	assert_clean(text_utf8, "a\0b", 3, "a" BAD "b");
	assert_clean(text_xml, "a\0b", 3, "a" BAD "b");
	assert_clean(text_utf8, "\x01\x1b\r", 3, "\x01\x1b\r");
	assert_clean(text_xml, "\x01\x1b\r", 3, BAD BAD BAD);
	assert_clean(text_utf8, "\xef\xbf\xbf", 3, "\xef\xbf\xbf");
	assert_clean(text_xml, "\xef\xbf\xbf\xef\xbf\xbe", 6, BAD BAD);
}

static void assert_excerpt(const char *console, size_t max, const char *before,
			   const char *splat, const char *after)
{
	char *path = make_file(console, strlen(console));
	struct excerpt excerpt;
	char *all;

	assert_true(excerpt_read(&excerpt, path, max));
	assert_string_equal(excerpt.before, before);
	assert_string_equal(excerpt.splat, splat);
	assert_string_equal(excerpt.after, after);
	all = excerpt_join(&excerpt);
	assert_int_equal(strlen(all) + excerpt.cut_start + excerpt.cut_end, strlen(console));
	free(all);
	excerpt_free(&excerpt);
	drop_file(path);
}

#define BUG	"[    1.0] BUG: x\n"

static void test_a_splat_is_found(void **state)
{
	assert_excerpt("", 100, "", "", "");
	assert_excerpt("a\nb\n", 100, "a\nb\n", "", "");
	assert_excerpt("BUG: not of the kernel\n" BUG "c\n", 100, "BUG: not of the kernel\n",
		       BUG, "c\n");
	assert_excerpt(BUG BUG, 100, "", BUG, BUG);
	assert_excerpt("a\n[    1.0] BUG: x", 100, "a\n", "[    1.0] BUG: x", "");
}

static void test_a_long_console_is_cut(void **state)
{
	/* A quarter before the splat, from the start of a line on */
	assert_excerpt("0123456789\n0123456789\na\n" BUG "0123456789\n0123456789\n0123456789\n", 40,
		       "a\n", BUG, "0123456789\n01");
	/* Without one, the end */
	assert_excerpt("0123456789\n0123456789\na\nb\n", 6, "a\nb\n", "", "");
	/* The last bytes of what has no lines */
	assert_excerpt("0123456789", 4, "6789", "", "");
	/* A splat at the end */
	assert_excerpt("0123456789\n0123456789\n" BUG, 24, "", BUG, "");
	/* A splat that is longer than there is room */
	assert_excerpt(BUG, 4, "", "[   ", "");
}

static void test_no_console(void **state)
{
	struct excerpt excerpt;

	assert_false(excerpt_read(&excerpt, "/missing", 100));
}

int main(void)
{
	const struct CMUnitTest text[] = {
		cmocka_unit_test(test_text_stays),
		cmocka_unit_test(test_bad_bytes_are_replaced),
		cmocka_unit_test(test_bad_characters_are_replaced),
		cmocka_unit_test(test_control_characters),
		cmocka_unit_test(test_a_splat_is_found),
		cmocka_unit_test(test_a_long_console_is_cut),
		cmocka_unit_test(test_no_console),
	};

	return cmocka_run_group_tests(text, NULL, NULL);
}
