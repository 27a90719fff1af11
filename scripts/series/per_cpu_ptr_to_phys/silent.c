// SPDX-License-Identifier: GPL-2.0-only
/*
 * For scripts/series/coccinelle: nothing here is the physical address of a per-CPU object taken
 * as if it lay in the linear mapping.
 */
#include <linux/percpu.h>
#include <asm/page.h>

static DEFINE_PER_CPU(struct object, object);
static DEFINE_PER_CPU(struct object *, pointer);
static struct object objects[NR_CPUS];

phys_addr_t properly(int cpu)
{
	return per_cpu_ptr_to_phys(per_cpu_ptr(&object, cpu));
}

phys_addr_t of_what_is_pointed_to(int cpu)
{
	return __pa(per_cpu(pointer, cpu));
}

phys_addr_t of_what_this_cpu_points_to(void)
{
	struct object *o = this_cpu_read(pointer);

	return __pa(o);
}

phys_addr_t of_what_is_read(void)
{
	struct object *o = *this_cpu_ptr(&pointer);

	return virt_to_phys(o) + virt_to_phys(*this_cpu_ptr(&pointer));
}

phys_addr_t of_what_a_member_points_to(void)
{
	struct object *o = this_cpu_ptr(&object);

	return virt_to_phys(o->buffer);
}

phys_addr_t of_an_array_for_all_cpus(int cpu)
{
	struct object *o = &objects[cpu];

	return __pa(o);
}

phys_addr_t of_something_else_by_then(int cpu)
{
	struct object *o = per_cpu_ptr(&object, cpu);

	o->member = cpu;
	o = &objects[cpu];
	return __pa(o);
}

phys_addr_t of_another_local(int cpu, struct object *other)
{
	struct object *o = per_cpu_ptr(&object, cpu);

	o->member = cpu;
	return __pa(other);
}
