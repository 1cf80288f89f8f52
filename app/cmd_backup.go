package app

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	"github.com/spf13/cobra"

	"sitegroup.mx/crm/backend/fault"
	"sitegroup.mx/crm/backend/secret"
)

func (c *command) backupCommand() *cobra.Command {
	cmd := c.command("backup FILE", "backup", cobra.ExactArgs(1), c.backup)
	cmd.Flags().BoolVar(&c.withKey, "with-key", false, c.usage("with-key"))
	return cmd
}

func (c *command) backup(cmd *cobra.Command, args []string) (err error) {
	path, err := filepath.Abs(args[0])
	if err != nil {
		return fault.Wrap(fmt.Errorf("find backup: %w", err), "backup.path", "path", args[0])
	}
	for _, taken := range []string{path, path + ".key"} {
		if _, err := os.Lstat(taken); !errors.Is(err, fs.ErrNotExist) {
			return fault.New("backup.path", "path", taken)
		}
	}
	home, done, err := c.home()
	if err != nil {
		return err
	}
	defer closing(&err, done.Close)
	o, err := openFolder(cmd.Context(), home)
	if err != nil {
		return err
	}
	defer closing(&err, o.Close)
	if err := o.Store.BackupTo(cmd.Context(), path); err != nil {
		return fault.Wrap(err, "backup.path", "path", path)
	}
	info, err := os.Stat(path)
	if err != nil {
		return fault.Wrap(err, "backup.path", "path", path)
	}
	fmt.Fprintln(c.Out, c.say.say("backup.done", "path", path, "size", megabytes(info.Size())))
	if !c.withKey {
		return nil
	}
	if err := o.keepKey(path + ".key"); err != nil {
		return err
	}
	fmt.Fprintln(c.Out, c.say.say("backup.key", "path", path+".key"))
	return nil
}

// keepKey writes the database's key into a key file of its own, readable by this account alone.
func (o *openOffice) keepKey(path string) error {
	i, err := readInstallation(o.folder)
	if err != nil {
		return err
	}
	key, err := o.vault.Get(i.keyName())
	if err != nil {
		return fmt.Errorf("read database key: %w", err)
	}
	file, err := secret.File(path)
	if err != nil {
		return err
	}
	if err := file.Set(i.keyName(), key); err != nil {
		return fault.Wrap(fmt.Errorf("write key: %w", err), "backup.path", "path", path)
	}
	return nil
}

func megabytes(bytes int64) string { return fmt.Sprintf("%.1f", float64(bytes)/1e6) }
