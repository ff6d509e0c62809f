#include "base/newfile.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

int newfile_open(const char *folder, struct newfile *ret)
{
	*ret = (struct newfile){.fd = open(folder, O_TMPFILE | O_RDWR | O_CLOEXEC, 0600)};
	if (ret->fd >= 0 || (errno != EOPNOTSUPP && errno != EISDIR && errno != ENOENT))
		return ret->fd < 0 ? -1 : 0;
	snprintf(ret->path, sizeof(ret->path), "%s/part-XXXXXX", folder);
	ret->fd = mkostemp(ret->path, O_CLOEXEC);
	if (ret->fd < 0)
		ret->path[0] = '\0';
	return ret->fd < 0 ? -1 : 0;
}

static int sync_folder(const char *folder)
{
	int fd = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	int result = fd < 0 ? -1 : fsync(fd);
	if (fd >= 0)
		close(fd);
	return result;
}

int newfile_keep(struct newfile *file, const char *folder, const char *name)
{
	char path[NEWFILE_PATH_BYTES], self[64];
	snprintf(path, sizeof(path), "%s/%s", folder, name);
	snprintf(self, sizeof(self), "/proc/self/fd/%d", file->fd);
	if (fsync(file->fd) < 0)
		return -1;
	int named = file->path[0] ? link(file->path, path) : linkat(AT_FDCWD, self, AT_FDCWD, path, AT_SYMLINK_FOLLOW);
	if (named < 0 && errno == EEXIST)
		return utimensat(AT_FDCWD, path, NULL, 0) < 0 ? -1 : 1;
	if (named < 0)
		return -1;
	if (file->path[0])
		unlink(file->path);
	file->path[0] = '\0';
	if (sync_folder(folder) < 0) {
		unlink(path);
		return -1;
	}
	return 0;
}

void newfile_drop(struct newfile *file)
{
	if (file->fd >= 0)
		close(file->fd);
	if (file->path[0])
		unlink(file->path);
	*file = (struct newfile){.fd = -1};
}
