// SPDX-License-Identifier: GPL-2.0-only
/*
 * What a kernel's symbols show, as the guest lists them, and the code of two functions, as
 * objdump disassembles it: QEMU caches no invalid translation, so no boot shows a missing
 * flush, and without KVM no boot shows the address that steal time passes to SBI.
 */
#include <regex.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "kernel.h"
#include "util.h"

struct kernel {
	const char *symbols;	/* "NAME:TYPE:START-END ...", may be NULL */
	const char *image;
	long size;
};

/* Its type as nm has it, '\0' if there is none, and where it is in the Image */
struct symbol {
	char type;
	long start;
	long end;
};

static struct symbol find_symbol(const struct kernel *kernel, const char *name)
{
	size_t len = strlen(name);
	struct symbol symbol;
	const char *word;

	for (word = kernel->symbols; word; word = strchr(word, ' ')) {
		word += strspn(word, " ");
		if (!strncmp(word, name, len) &&
		    sscanf(word + len, ":%c:%li-%li", &symbol.type, &symbol.start,
			   &symbol.end) == 3)
			return symbol;
	}
	return (struct symbol){ 0 };
}

/* Does an instruction of a function match the regular expression? Never if it is not known
 * where the function is, or if that is beyond the end of the file.
 */
static bool has_code(const struct kernel *kernel, const char *name, const char *pattern)
{
	struct symbol function = find_symbol(kernel, name);
	const char *prefix = getenv("CROSS_COMPILE");
	char *image __free(free) = quote(kernel->image);
	char *command __free(free) =
		xasprintf("LC_ALL=C %sobjdump -D -b binary -m riscv:rv64 --no-show-raw-insn "
			  "--start-address=%ld --stop-address=%ld %s 2>/dev/null",
			  prefix && *prefix ? prefix : "riscv64-linux-gnu-", function.start,
			  function.end, image);
	bool found = false;
	char line[256];
	regex_t regex;
	FILE *pipe;

	if (function.start <= 0 || function.end <= function.start || function.end > kernel->size)
		return false;
	pipe = popen(command, "re");
	if (!pipe || regcomp(&regex, pattern, REG_EXTENDED | REG_NOSUB | REG_NEWLINE))
		return false;
	while (fgets(line, sizeof(line), pipe))
		found |= strstr(line, ":\t") && !regexec(&regex, line, 0, NULL, 0);
	regfree(&regex);
	pclose(pipe);
	return found;
}

/* The target of a call, or objdump's comment with it, ends the line */
static bool calls(const struct kernel *kernel, const char *name, const char *callee)
{
	struct symbol symbol = find_symbol(kernel, callee);
	char *pattern __free(free) = xasprintf("[^0-9a-z]0x%lx$", symbol.start);

	return symbol.start > 0 && has_code(kernel, name, pattern);
}

static bool flushes(const struct kernel *kernel, const char *name)
{
	return has_code(kernel, name, "sfence\\.vma") ||
	       calls(kernel, name, "local_flush_tlb_all") ||
	       calls(kernel, name, "local_flush_tlb_kernel_range") ||
	       calls(kernel, name, "flush_tlb_all") ||
	       calls(kernel, name, "flush_tlb_kernel_range");
}

/* The compiler may have put what passes the address to SBI into its caller */
static bool translates_steal_time(const struct kernel *kernel)
{
	return calls(kernel, "pv_time_cpu_online", "per_cpu_ptr_to_phys") ||
	       calls(kernel, "sbi_sta_steal_time_set_shmem", "per_cpu_ptr_to_phys");
}

static unsigned int when(bool shown, unsigned int flag)
{
	return shown ? flag : 0;
}

/* @symbols: as the guest states them, may be NULL; @image: file of the kernel */
unsigned int kernel_shows(const char *symbols, const char *image)
{
	struct stat st = { 0 };
	const struct kernel kernel = { symbols, image, stat(image, &st) ? 0 : st.st_size };
	char allocator = find_symbol(&kernel, "pcpu_page_first_chunk").type;
	char boot_data = find_symbol(&kernel, "boot_data").type;
	char hook = find_symbol(&kernel, "kasan_populate_early_vm_area_shadow").type;

	return when(!symbols, NO_SYMBOLS) |
	       when(boot_data, BOOT_DATA) |
	       when(boot_data == 'b' || boot_data == 'B', BOOT_DATA_STATIC) |
	       when(allocator, ALLOCATOR) |
	       when(!allocator, NO_ALLOCATOR) |
	       when(!has_code(&kernel, "pcpu_page_first_chunk", "."), NO_ALLOCATOR_CODE) |
	       when(flushes(&kernel, "pcpu_page_first_chunk"), EARLY_FLUSH) |
	       when(!find_symbol(&kernel, "kasan_report").type, NO_KASAN) |
	       when(hook == 'w' || hook == 'W', WEAK_HOOK) |
	       when(!find_symbol(&kernel, "pv_time_init").type, NO_STEAL_TIME) |
	       when(!has_code(&kernel, "pv_time_cpu_online", "."), NO_STEAL_TIME_CODE) |
	       when(translates_steal_time(&kernel), STEAL_TIME_PHYS);
}
