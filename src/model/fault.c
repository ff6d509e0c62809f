#include "model/fault.h"

#include <stdio.h>
#include <string.h>

void faults_init(struct faults *faults)
{
	faults_init_all(faults, NULL);
}

void faults_init_all(struct faults *faults, struct arena *arena)
{
	faults->item = faults->few;
	faults->n = 0;
	faults->room = FEW_FAULTS;
	faults->arena = arena;
	faults_set_prefix(faults, "data.");
}

void faults_set_prefix(struct faults *faults, const char *fmt, ...)
{
	va_list args;
	va_start(args, fmt);
	vsnprintf(faults->prefix, sizeof(faults->prefix), fmt, args);
	va_end(args);
}

static bool has_room(struct faults *faults)
{
	if (faults->n < faults->room)
		return true;
	if (!faults->arena || faults->n >= MAX_FAULTS)
		return false;
	size_t room = 2 * faults->room < MAX_FAULTS ? 2 * faults->room : MAX_FAULTS;
	struct fault *wider = arena_array(faults->arena, room, sizeof(*wider));
	memcpy(wider, faults->item, faults->n * sizeof(*wider));
	faults->item = wider;
	faults->room = room;
	return true;
}

void fault_add(struct faults *faults, enum fault_code code, const char *field, const char *fmt, ...)
{
	if (!has_room(faults))
		return;
	struct fault *f = &faults->item[faults->n++];
	f->code = code;
	f->field[0] = '\0';
	if (field)
		snprintf(f->field, sizeof(f->field), "%s%s", faults->prefix, field);
	size_t n = 0;
	if (field && fmt[0] == ' ')
		n = (size_t)snprintf(f->message, sizeof(f->message), "'%s%s'", faults->prefix, field);
	if (n >= sizeof(f->message))
		n = sizeof(f->message) - 1;
	va_list args;
	va_start(args, fmt);
	vsnprintf(f->message + n, sizeof(f->message) - n, fmt, args);
	va_end(args);
}

bool faults_on(const struct faults *faults, const char *field)
{
	for (size_t i = 0; i < faults->n; i++) {
		const char *dot = strrchr(faults->item[i].field, '.');
		const char *name = dot ? dot + 1 : faults->item[i].field;
		size_t n = strcspn(name, "[");
		if (strlen(field) == n && memcmp(name, field, n) == 0)
			return true;
	}
	return false;
}

bool faults_any(const struct faults *faults)
{
	return faults->n > 0;
}

int fault_status(enum fault_code code)
{
	switch ((int)code) {
#define X(number, status, name) \
	case number:            \
		return status;
#include "model/codes.def"
	default:
		return 500;
	}
}
