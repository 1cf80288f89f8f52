package officesim

import "errors"

// apartness is what two people do to the same rows on two computers, neither of which hears of the other before both are done.
type apartness struct {
	name          string
	host          []job // an administrator's, on the host
	admin, seller []job // on the other computer, by whose it is
}

var apartnesses = []apartness{
	{
		"merges",
		[]job{{"merge", mergeTwo}, {"merge", mergeTwo}, {"part", partTwo}, {"answer a merge", answerMerge}, {"forget", forgetMerged}},
		[]job{{"merge", mergeTwo}, {"merge", mergeTwo}, {"part", partTwo}, {"answer a merge", answerMerge}},
		[]job{{"ask for a merge", askMerge}, {"phone", addPhone}, {"rename", rename}, {"new prospect", newProspect}},
	},
	{
		"stages",
		[]job{{"arrange stages", arrangeStages}, {"move", moveStage}},
		[]job{{"arrange stages", arrangeStages}, {"move", moveStage}},
		[]job{{"move", moveStage}, {"stage and status", setMuch}},
	},
	{
		"many at once",
		[]job{{"many at once", changeMany}, {"undo", takeBack}, {"reassign", reassign}},
		[]job{{"many at once", changeMany}, {"undo", takeBack}},
		[]job{{"many at once", changeMany}, {"undo", takeBack}},
	},
	{
		"words",
		[]job{{"new tag", newTag}, {"tag", setTag}, {"template", writeTemplate}, {"view", setView}},
		[]job{{"tag", setTag}, {"template", writeTemplate}, {"view", setView}},
		[]job{{"tag", setTag}, {"template", writeTemplate}, {"use template", useTemplate}, {"view", setView}},
	},
}

// partAndMeet has a computer and the host work apart on the same, and meet.
func (s *sim) partAndMeet(m *member) error {
	if m.gone {
		return nil
	}
	if err := errors.Join(s.connect(m), s.drain(m)); err != nil {
		return err
	}
	s.cut(m)
	what := pick(s, apartnesses)
	theirs := what.seller
	if m.user.IsAdmin() {
		theirs = what.admin
	}
	s.say("apart: %s", what.name)
	for range 2 + s.rng.IntN(3) {
		d, jobs := s.hostDesk(), what.host
		if s.chance(2) {
			d, jobs = m.desk(), theirs
		}
		if err := s.doOne(d, pick(s, jobs)); err != nil {
			return err
		}
	}
	return errors.Join(s.connect(m), s.drain(m))
}
