// SPDX-License-Identifier: GPL-2.0-only
/*
 * The plugin as QEMU sees it: options, and callbacks that keep the shadow, the page tables'
 * history, satp and fences of each hart, before the users of these get to see them.
 */
#include <pthread.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "table.h"
#include "tlb.h"

#define EXPORT		__attribute__((visibility("default")))
#define MAX_HARTS	1024
#define ASIDS		0x10000
/* QEMU's block for cbo.zero unless -cpu has cboz_blocksize= */
#define CBO_ZERO_SIZE	64

EXPORT int qemu_plugin_version = QEMU_PLUGIN_API;

static const struct tlb_user *const all_users[] = { &sanitizer_user, &cost_user };

/* Those that are wanted */
static const struct tlb_user *users[ARRAY_SIZE(all_users)];
static unsigned int user_count;

static struct hart harts[MAX_HARTS];
static struct hart *current;
static unsigned int hart_count;
static pthread_t thread;
static struct qemu_register *registers;
static unsigned int register_count;
static struct qemu_plugin_register *gprs[32];
static struct qemu_plugin_register *mhartid;
static struct g_byte_array *buffer;

void tlb_die(const char *format, ...)
{
	va_list arguments;

	va_start(arguments, format);
	fputs("tlb: ", stderr);
	vfprintf(stderr, format, arguments);
	fputc('\n', stderr);
	va_end(arguments);
	/* Handlers of exit() would wait for the thread that this is */
	_exit(2);
}

struct hart *tlb_hart(unsigned int index)
{
	return &harts[index];
}

struct hart *tlb_current(void)
{
	return current;
}

unsigned int tlb_harts(void)
{
	return hart_count;
}

bool tlb_root_in_use(uint64_t pa)
{
	for (unsigned int i = 0; i < hart_count; i++) {
		if (walk_levels(harts[i].satp) && SATP_ROOT(harts[i].satp) == pa)
			return true;
	}
	return false;
}

bool tlb_bool(const char *name, const char *value)
{
	if (!strcmp(value, "on"))
		return true;
	if (strcmp(value, "off"))
		tlb_die("%s=%s: on or off is needed", name, value);
	return false;
}

FILE *tlb_open(const char *path)
{
	FILE *file = fopen(path, "w");

	if (!file)
		tlb_die("%s: cannot be created: %m", path);
	return file;
}

static uint64_t read_register(struct qemu_plugin_register *handle)
{
	uint64_t value = 0;
	int length;

	if (!handle)
		return 0;
	g_byte_array_set_size(buffer, 0);
	length = qemu_plugin_read_register(handle, buffer);
	if (length > 0)
		memcpy(&value, buffer->data, length < 8 ? length : 8);
	return value;
}

static struct qemu_plugin_register *find_register(const char *name)
{
	for (unsigned int i = 0; i < register_count; i++) {
		if (!strcmp(registers[i].name, name))
			return registers[i].handle;
	}
	return NULL;
}

uint64_t tlb_register(const char *name)
{
	return read_register(find_register(name));
}

uint64_t tlb_gpr(unsigned int number)
{
	return read_register(gprs[number]);
}

bool tlb_read(uint64_t va, void *to, size_t length)
{
	if (!qemu_plugin_read_memory_vaddr(va, buffer, length))
		return false;
	memcpy(to, buffer->data, length);
	return true;
}

/* GDB knows x0 to x31 by the names of the calling convention */
static void find_registers(void)
{
	static const char *const names[32] = {
		"zero", "ra", "sp", "gp", "tp", "t0", "t1", "t2", "fp", "s1", "a0", "a1", "a2",
		"a3", "a4", "a5", "a6", "a7", "s2", "s3", "s4", "s5", "s6", "s7", "s8", "s9",
		"s10", "s11", "t3", "t4", "t5", "t6",
	};
	struct g_array *list = qemu_plugin_get_registers();

	registers = (struct qemu_register *)list->data;
	register_count = list->len;
	g_array_free(list, false);
	for (unsigned int i = 0; i < ARRAY_SIZE(names); i++) {
		gprs[i] = find_register(names[i]);
		if (!gprs[i])
			tlb_die("QEMU does not offer register %s to plugins", names[i]);
	}
	mhartid = find_register("mhartid");
	if (!mhartid || !find_register("satp") || !find_register("stvec"))
		tlb_die("QEMU does not offer mhartid, satp and stvec to plugins");
}

static void on_hart(qemu_plugin_id_t id, unsigned int vcpu)
{
	struct hart *hart = &harts[vcpu];

	(void)id;
	if (vcpu >= MAX_HARTS)
		tlb_die("more than %d harts", MAX_HARTS);
	if (!hart_count) {
		thread = pthread_self();
		buffer = g_byte_array_new();
		find_registers();
	} else if (!pthread_equal(thread, pthread_self())) {
		tlb_die("the harts run in threads of their own; use -accel tcg,thread=single");
	}
	hart->index = vcpu;
	hart->mhartid = read_register(mhartid);
	hart->roots = calloc(ASIDS, sizeof(*hart->roots));
	if (!hart->roots)
		tlb_die("no memory for hart %u", vcpu);
	if (vcpu >= hart_count)
		hart_count = vcpu + 1;
	for (unsigned int i = 0; i < user_count; i++) {
		if (users[i]->hart_init)
			users[i]->hart_init(hart);
	}
}

static uint64_t last_fence(const struct hart *hart, uint16_t asid)
{
	struct covered all = { .asid = asid };

	return fence_covering(&hart->fences, &all);
}

/*
 * A hart holds translations only of ASIDs that it used since it fenced them. Whether it held some
 * at reset is not known, so one that never fenced may hold any.
 */
static void leave_root(struct hart *hart)
{
	struct root *root = &hart->roots[SATP_ASID(hart->satp)];
	uint64_t fenced = last_fence(hart, SATP_ASID(hart->satp));

	if (root->since < fenced)
		root->since = fenced;
	root->left = tlb_seq;
}

static void enter_root(struct hart *hart, uint64_t satp)
{
	struct root *root = &hart->roots[SATP_ASID(satp)];

	tlb_seq++;
	if (root->since < last_fence(hart, SATP_ASID(satp)))
		root->since = tlb_seq;
	table_load_root(SATP_ROOT(satp), walk_levels(satp) - 1);
	if (root->satp == satp)
		return;
	root->before = root->satp;
	root->satp = satp;
	root->seq = tlb_seq;
	root->pc = hart->written_pc;
}

static void tell_stvec(struct hart *hart)
{
	for (unsigned int i = 0; i < user_count; i++) {
		if (users[i]->stvec)
			users[i]->stvec(hart);
	}
}

static void read_written(struct hart *hart)
{
	uint64_t satp = tlb_register("satp");
	uint64_t before = hart->satp;
	uint64_t stvec = tlb_register("stvec");

	hart->written = false;
	if (stvec != hart->stvec) {
		hart->stvec = stvec;
		tell_stvec(hart);
	}
	if (satp == before)
		return;
	for (unsigned int i = 0; i < user_count; i++) {
		if (users[i]->satp)
			users[i]->satp(hart, satp);
	}
	if (walk_levels(before))
		leave_root(hart);
	if (walk_levels(satp))
		enter_root(hart, satp);
	hart->satp = satp;
	if (walk_levels(before) && !tlb_root_in_use(SATP_ROOT(before)))
		table_leave_root(SATP_ROOT(before));
	tlb_generation++;
}

/*
 * Blocks are shared among the harts, and in one thread QEMU gives callbacks the number of the
 * hart for which a block was translated, not of the one that runs it. So ask the hart who it is.
 */
static void find_current(void)
{
	uint64_t id = read_register(mhartid);

	if (current && current->mhartid == id)
		return;
	for (unsigned int i = 0; i < hart_count; i++) {
		if (harts[i].mhartid == id)
			current = &harts[i];
	}
}

static void tell_trap(struct hart *hart)
{
	for (unsigned int i = 0; i < user_count; i++) {
		if (users[i]->trap)
			users[i]->trap(hart);
	}
}

/* An instruction that writes a CSR is the last of its block */
static void on_block(unsigned int vcpu, void *data)
{
	(void)vcpu;
	find_current();
	if (current->written)
		read_written(current);
	if ((uint64_t)data == current->stvec)
		tell_trap(current);
}

static void on_csr_write(unsigned int vcpu, void *data)
{
	(void)vcpu;
	current->written_pc = (uint64_t)data;
	current->written = true;
}

static struct insn unpack(const void *data)
{
	return decode((uint64_t)data);
}

static void tell_fence(struct hart *hart, const struct fence *fence)
{
	for (unsigned int i = 0; i < user_count; i++) {
		if (users[i]->fenced)
			users[i]->fenced(hart, fence);
	}
}

static struct fence read_fence(const struct insn *insn)
{
	struct fence fence = { .by_address = insn->rs1, .by_asid = insn->rs2 };

	if (fence.by_address)
		fence.va = tlb_gpr(insn->rs1);
	if (fence.by_asid)
		fence.asid = tlb_gpr(insn->rs2);
	return fence;
}

static void on_fence(unsigned int vcpu, void *data)
{
	struct hart *hart = current;
	struct insn insn = unpack(data);
	struct fence fence;

	(void)vcpu;
	switch (insn.kind) {
	case INSN_SFENCE_VMA:
		fence = read_fence(&insn);
		fence_vma(&hart->fences, &fence, ++tlb_seq);
		tell_fence(hart, &fence);
		break;
	case INSN_SINVAL_VMA:
		fence = read_fence(&insn);
		fence_sinval(&hart->fences, &fence);
		break;
	case INSN_SFENCE_W_INVAL:
		fence_w_inval(&hart->fences, ++tlb_seq);
		break;
	default:
		for (unsigned int i = 0; i < hart->fences.pendings; i++)
			tell_fence(hart, &hart->fences.pending[i]);
		fence_inval_ir(&hart->fences);
	}
}

/* A store that crosses a page is two */
static void store(struct hart *hart, uint64_t pc, qemu_plugin_meminfo_t info, uint64_t va,
		  const void *from, size_t length)
{
	struct qemu_plugin_hwaddr *address;
	size_t left = PAGE_SIZE - va % PAGE_SIZE;

	if (length > left) {
		store(hart, pc, info, va + left, (const char *)from + left, length - left);
		length = left;
	}
	address = qemu_plugin_get_hwaddr(info, va);
	if (!address || qemu_plugin_hwaddr_is_io(address))
		return;
	table_store(hart->index, pc, qemu_plugin_hwaddr_phys_addr(address), from, length);
}

static void on_store(unsigned int vcpu, qemu_plugin_meminfo_t info, uint64_t va, void *data)
{
	struct qemu_value value = qemu_plugin_mem_get_value(info);
	size_t length = 1ul << qemu_plugin_mem_size_shift(info);

	(void)vcpu;
	for (unsigned int i = 0; i < user_count; i++) {
		if (users[i]->store)
			users[i]->store(current, (uint64_t)data, va, length);
	}
	/* All members of the union begin at the same, the lowest byte */
	store(current, (uint64_t)data, info, va, &value.data, length);
}

/* QEMU reports no access for cbo.zero, so where it goes is walked for */
static void on_cbo_zero(unsigned int vcpu, void *data)
{
	static const char zero[CBO_ZERO_SIZE];
	struct hart *hart = current;
	struct insn insn = unpack(data);
	uint64_t va = tlb_gpr(insn.rs1) & -(uint64_t)CBO_ZERO_SIZE;
	struct walk to;

	(void)vcpu;
	if (walk(hart->satp, va, &to) && va >> 63)
		table_store(hart->index, 0, to.pa, zero, sizeof(zero));
}

static void add_core(struct qemu_plugin_insn *insn, const struct insn *decoded, uint32_t word)
{
	void *pc = (void *)qemu_plugin_insn_vaddr(insn);
	void *packed = (void *)(uint64_t)word;

	switch (decoded->kind) {
	case INSN_SFENCE_VMA:
	case INSN_SINVAL_VMA:
	case INSN_SFENCE_W_INVAL:
	case INSN_SFENCE_INVAL_IR:
		qemu_plugin_register_vcpu_insn_exec_cb(insn, on_fence, QEMU_PLUGIN_CB_R_REGS,
						       packed);
		break;
	case INSN_CBO_ZERO:
		qemu_plugin_register_vcpu_insn_exec_cb(insn, on_cbo_zero, QEMU_PLUGIN_CB_R_REGS,
						       packed);
		break;
	case INSN_CSR_WRITE:
		if (decoded->csr == CSR_SATP || decoded->csr == CSR_STVEC)
			qemu_plugin_register_vcpu_insn_exec_cb(insn, on_csr_write,
							       QEMU_PLUGIN_CB_NO_REGS, pc);
		break;
	default:
		break;
	}
	qemu_plugin_register_vcpu_mem_cb(insn, on_store, QEMU_PLUGIN_CB_R_REGS,
					 QEMU_PLUGIN_MEM_W, pc);
}

static void add_insn(struct qemu_plugin_insn *insn)
{
	struct insn decoded = { .kind = INSN_OTHER };
	uint32_t word = 0;

	if (qemu_plugin_insn_data(insn, &word, sizeof(word)) == sizeof(word))
		decoded = decode(word);
	add_core(insn, &decoded, word);
	for (unsigned int i = 0; i < user_count; i++) {
		if (users[i]->insn)
			users[i]->insn(insn, &decoded);
	}
}

static void on_translate(qemu_plugin_id_t id, struct qemu_plugin_tb *tb)
{
	size_t insns = qemu_plugin_tb_n_insns(tb);

	(void)id;
	qemu_plugin_register_vcpu_tb_exec_cb(tb, on_block, QEMU_PLUGIN_CB_R_REGS,
					     (void *)qemu_plugin_tb_vaddr(tb));
	for (unsigned int i = 0; i < user_count; i++) {
		if (users[i]->block)
			users[i]->block(tb);
	}
	for (size_t i = 0; i < insns; i++) {
		struct qemu_plugin_insn *insn = qemu_plugin_tb_get_insn(tb, i);

		add_insn(insn);
	}
}

static void on_exit_of_qemu(qemu_plugin_id_t id, void *data)
{
	(void)id;
	(void)data;
	for (unsigned int i = 0; i < user_count; i++) {
		if (users[i]->finish)
			users[i]->finish();
	}
}

static void take_option(char *argument)
{
	char *value = strchr(argument, '=');

	if (!value)
		tlb_die("%s: name=value is needed", argument);
	*value++ = '\0';
	for (unsigned int i = 0; i < ARRAY_SIZE(all_users); i++) {
		if (all_users[i]->option && all_users[i]->option(argument, value))
			return;
	}
	tlb_die("%s: no such option; see tools/tlb/Documentation/tlb.rst", argument);
}

static void check_qemu(const struct qemu_info *info)
{
	if (info->version.min > QEMU_PLUGIN_API || info->version.cur < QEMU_PLUGIN_API)
		tlb_die("QEMU offers plugin interface %d to %d, %d is needed: QEMU 9.2 or later",
			info->version.min, info->version.cur, QEMU_PLUGIN_API);
	if (!info->system_emulation || strcmp(info->target_name, "riscv64"))
		tlb_die("only qemu-system-riscv64 has what this plugin looks at, not %s",
			info->target_name);
}

EXPORT int qemu_plugin_install(qemu_plugin_id_t id, const struct qemu_info *info, int argc,
			       char **argv)
{
	check_qemu(info);
	for (int i = 0; i < argc; i++)
		take_option(argv[i]);
	for (unsigned int i = 0; i < ARRAY_SIZE(all_users); i++) {
		if (all_users[i]->start())
			users[user_count++] = all_users[i];
	}
	if (!user_count)
		tlb_die("nothing to do; out=FILE, json=FILE or cost=FILE is needed");
	qemu_plugin_register_vcpu_init_cb(id, on_hart);
	qemu_plugin_register_vcpu_tb_trans_cb(id, on_translate);
	qemu_plugin_register_atexit_cb(id, on_exit_of_qemu, NULL);
	return 0;
}
