export {
  isStanding,
  LABEL_STATUSES,
  type LabelStanding,
  type LabelStatus,
  labelStatus,
  SCORE_TERMS,
  type Score,
  type ScoreTerm,
  type ScoringRule,
  scoreLabel,
} from './score-label.ts';
