/** Where a code comes from: one area, one file of pages. A code may stand in several areas. */

export const LANGUAGES = ['en', 'zh'] as const;
export type Language = (typeof LANGUAGES)[number];

/** In the order in which pages of one code are shown. */
export const AREAS = {
  contract: { en: 'refusal of the contracts', zh: '合约的拒绝' },
  ledger: { en: 'failure of the ledger', zh: '账本的失败' },
  http: { en: 'refusal of the gateway', zh: '网关的拒绝' },
  validation: { en: 'validation code of a transaction', zh: '交易的校验代码' },
  input: { en: 'defect of what was given', zh: '所提交内容的缺陷' },
  cli: { en: 'failure of a command', zh: '命令的失败' },
  identity: { en: 'failure with keys, certificates or sign-in', zh: '密钥、证书或登录的失败' },
  list: { en: 'failure with a list of digests', zh: '摘要列表的失败' },
  report: { en: 'failure of making a report', zh: '制作报告的失败' },
  exchange: { en: 'failure with a format of others', zh: '外部格式的失败' },
  data: { en: 'failure with a data directory', zh: '数据目录的失败' },
  wallet: { en: 'failure of scripts/import-wallet', zh: 'scripts/import-wallet 的失败' },
  label: { en: 'failure with labels of addresses', zh: '地址标签的失败' },
  screening: { en: 'answer of a screening', zh: '筛查的答复' },
  order: { en: 'doubt about an order before it is issued', zh: '签发前对令状的疑问' },
  webhook: { en: 'outcome of sending a message', zh: '发送消息的结果' },
  verdict: { en: 'verdict on a proof', zh: '证明的核验结论' },
  step: { en: 'step of verifying a proof', zh: '核验证明的步骤' },
  outcome: { en: 'outcome of a check', zh: '检查的总体结果' },
  break: { en: 'break that an audit found', zh: '审计发现的断裂' },
  finding: { en: 'finding of an audit', zh: '审计发现' },
  file: {
    en: 'finding about a file of the ledger, or a manifest that it names',
    zh: '关于账本文件或其所列清单的发现',
  },
  tree: { en: 'finding of comparing a tree of files', zh: '文件目录比对的发现' },
  source: { en: 'report on a source that was to be anchored', zh: '对待存证来源的报告' },
  exit: { en: 'exit code', zh: '退出码' },
  system: { en: 'error of the operating system', zh: '操作系统错误' },
} as const satisfies Record<string, Readonly<Record<Language, string>>>;
export type Area = keyof typeof AREAS;
export const AREA_NAMES = Object.keys(AREAS) as readonly Area[];

/** What is certain afterwards, above all on the ledger. Each page names one of these. */
export const EFFECTS = {
  nothing: {
    en: 'What was refused was not written to the ledger.',
    zh: '被拒绝的内容未写入账本。',
  },
  local: {
    en: 'The failure is on this machine: the failed step wrote nothing to the ledger. What was confirmed before stands.',
    zh: '失败发生在本机：失败的步骤未向账本写入任何内容。此前已确认的内容仍然有效。',
  },
  unknown: {
    en: 'It is not certain whether something was written to the ledger. Ask before you repeat it; it is neither a success nor a refusal.',
    zh: '尚不能确定是否已写入账本。重复之前请先查询；这既不是成功，也不是拒绝。',
  },
  partial: {
    en: 'What was answered before this is taken in; this and what follows it is not.',
    zh: '此前已答复的内容均已接收；本项及其后的内容未接收。',
  },
  done: {
    en: 'It is on the ledger, durably.',
    zh: '已持久写入账本。',
  },
  invalid: {
    en: 'The transaction stands in a block, for ever visible, marked invalid: it changed no record.',
    zh: '该交易已在区块中，永久可见，并标记为无效：未改变任何记录。',
  },
  check: {
    en: 'A check only reads: nothing was written or changed.',
    zh: '检查只作读取：未写入或更改任何内容。',
  },
  fact: {
    en: 'The ledger holds together at this place. A finding is a fact for people to judge, and no break.',
    zh: '账本在此处前后一致。审计发现是供人员判断的事实，不是断裂。',
  },
  omitted: {
    en: 'It is not anchored, is counted as unread, and the command ends with 3. Everything else is anchored.',
    zh: '该项未存证，计入未读取的来源，命令以 3 退出。其余内容均已存证。',
  },
  noted: {
    en: 'Nothing is missing for it: the report is for completeness.',
    zh: '不因此缺少任何内容：报告仅为完整起见。',
  },
  none: { en: '', zh: '' },
} as const satisfies Record<string, Readonly<Record<Language, string>>>;
export type Effect = keyof typeof EFFECTS;
