package app

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"sitegroup.mx/crm/backend/account"
	"sitegroup.mx/crm/backend/clock"
	"sitegroup.mx/crm/backend/crm"
)

// demoGroup are the logins of the sellers who take turns for one of the forms.
var demoGroup = []string{"sofia", "diego", "valeria"}

const (
	// demoWatched is since when the demo's host looks at what nobody attends, and demoTold when administrators were told of it: they
	// find a few notices, not dozens.
	demoWatched, demoTold = 100 * time.Minute, 35 * time.Minute
	// demoNotifies is after how long administrators are told while the demo runs, and demoPatience after how long a prospect is passed
	// on: whoever looks around finds things where they were.
	demoNotifies, demoPatience = time.Hour, 3 * time.Hour
)

// shareByRule has the leads of one form go to a group, before the first of them comes.
func (d *demoOffice) shareByRule(ctx context.Context) error {
	status, err := d.Intake.Status(ctx, d.admin)
	if err != nil {
		return fmt.Errorf("read demo forms: %w", err)
	}
	members := []string{}
	for _, u := range demoUsers {
		if slices.Contains(demoGroup, u.Login) {
			seller, err := d.demoSeller(ctx, u.Name)
			if err != nil {
				return err
			}
			members = append(members, seller.UserID)
		}
	}
	group, err := d.CRM.SaveGroup(ctx, d.admin, crm.SellerGroup{Name: "Departamentos", Members: members})
	if err != nil {
		return fmt.Errorf("make demo group: %w", err)
	}
	for _, form := range status.Forms {
		if !strings.HasPrefix(form.Name, "Mirador") {
			continue
		}
		_, err := d.CRM.SaveRule(ctx, d.admin, crm.TurnRule{
			Name: "Mirador San Ángelo", FormID: form.ID, FormName: form.Name, GroupID: group.ID, Otherwise: crm.OtherwiseDefault, Active: true,
		})
		if err != nil {
			return fmt.Errorf("make demo rule: %w", err)
		}
	}
	return nil
}

func (d *demoOffice) demoSeller(ctx context.Context, name string) (account.Viewer, error) {
	users, err := d.Accounts.ListUsers(ctx, d.admin)
	if err != nil {
		return account.Viewer{}, fmt.Errorf("list demo users: %w", err)
	}
	i := slices.IndexFunc(users, func(u account.User) bool { return u.Name == name })
	if i < 0 {
		return account.Viewer{}, fmt.Errorf("demo user %q is missing", name)
	}
	return account.Viewer{UserID: users[i].ID, Name: name, Role: account.RoleSeller}, nil
}

// aroundTheClock has the office work day and night until openHours, and pass nothing on: an office without hours is told by day only.
func (d *demoOffice) aroundTheClock(ctx context.Context) error {
	day, never := []crm.HoursSpan{{From: "00:00", To: "24:00"}}, 0
	always := crm.WeekHours{Sun: day, Mon: day, Tue: day, Wed: day, Thu: day, Fri: day, Sat: day}
	if _, err := d.CRM.UpdateOfficeTurns(ctx, d.admin, crm.OfficeTurnsPatch{Hours: &always, ReassignAfter: &never}); err != nil {
		return fmt.Errorf("set demo hours: %w", err)
	}
	return nil
}

// openHours gives the office hours, holidays and an absence to come. Whoever looks at the demo at night or on a Sunday finds it
// open all the same: a lead that comes meanwhile is to be seen with a seller.
func (d *demoOffice) openHours(ctx context.Context) error {
	now := d.clock.Now().In(d.zone)
	for _, year := range []int{now.Year(), now.Year() + 1} {
		if _, err := d.CRM.AddOfficialHolidays(ctx, d.admin, year); err != nil {
			return fmt.Errorf("add demo holidays: %w", err)
		}
	}
	settings, err := d.CRM.TurnSettings(ctx, d.admin)
	if err != nil {
		return fmt.Errorf("read demo turns: %w", err)
	}
	for _, h := range settings.Holidays {
		if h.Day != now.Format(clock.DateLayout) {
			continue
		}
		if _, err := d.CRM.RemoveHoliday(ctx, d.admin, h.ID); err != nil {
			return fmt.Errorf("remove demo holiday: %w", err)
		}
	}
	hours, notify, reassign := demoHours(now), int(demoNotifies/time.Minute), int(demoPatience/time.Minute)
	patch := crm.OfficeTurnsPatch{Hours: &hours, NotifyAfter: &notify, ReassignAfter: &reassign}
	if _, err := d.CRM.UpdateOfficeTurns(ctx, d.admin, patch); err != nil {
		return fmt.Errorf("set demo hours: %w", err)
	}
	emilio, err := d.demoSeller(ctx, "Emilio Zavala")
	if err != nil {
		return err
	}
	away := crm.Absence{
		UserID: emilio.UserID, From: now.AddDate(0, 0, 6).Format(clock.DateLayout), Until: now.AddDate(0, 0, 10).Format(clock.DateLayout),
	}
	if _, err := d.CRM.SaveAbsence(ctx, d.admin, away); err != nil {
		return fmt.Errorf("note demo absence: %w", err)
	}
	return nil
}

// demoHours are an office's usual ones, and all of today and tomorrow where it would be closed now.
func demoHours(now time.Time) crm.WeekHours {
	usual := []crm.HoursSpan{{From: "09:00", To: "14:00"}, {From: "15:30", To: "19:00"}}
	w := crm.WeekHours{Mon: usual, Tue: usual, Wed: usual, Thu: usual, Fri: usual, Sat: []crm.HoursSpan{{From: "10:00", To: "14:00"}}}
	at := now.Format("15:04")
	days := []*[]crm.HoursSpan{&w.Sun, &w.Mon, &w.Tue, &w.Wed, &w.Thu, &w.Fri, &w.Sat}
	today, tomorrow := days[now.Weekday()], days[(now.Weekday()+1)%7]
	if !slices.ContainsFunc(*today, func(s crm.HoursSpan) bool { return s.From <= at && at < s.To }) {
		*today, *tomorrow = []crm.HoursSpan{{From: "00:00", To: "24:00"}}, []crm.HoursSpan{{From: "00:00", To: "24:00"}}
	}
	return w
}

// handOne has the administrator hand one of the group's prospects over, so that both sellers have a notice to read.
func (d *demoOffice) handOne(ctx context.Context) error {
	from, err := d.demoSeller(ctx, "Sofía Arriaga")
	if err != nil {
		return err
	}
	to, err := d.demoSeller(ctx, "Diego Montaño")
	if err != nil {
		return err
	}
	page, err := d.CRM.ListProspects(ctx, d.admin, crm.ProspectFilter{Seller: from.UserID, Open: crm.OpenOnly, Limit: 1, Sort: crm.SortActivity})
	if err != nil || len(page.Items) == 0 {
		return err
	}
	reason := "La persona lo pidió: ya había hablado con él"
	_, err = d.CRM.UpdateProspect(ctx, d.admin, page.Items[0].ID, crm.ProspectPatch{OwnerID: &to.UserID, OwnerReason: &reason})
	if err != nil {
		return fmt.Errorf("hand a demo prospect over: %w", err)
	}
	return nil
}
