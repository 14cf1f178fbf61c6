/**
 * The networks whose addresses are known here, by CAIP-2, with the asset codes that TagPacks, OFAC and
 * MISP name them by. Ids after the namespaces of ChainAgnostic; where one is not registered there, a
 * comment says what was taken.
 */
export type AddressKind = 'bitcoin' | 'evm' | 'tron' | 'solana' | 'xrp' | 'monero' | 'bnb';

export interface Network {
  /** CAIP-2. */
  readonly id: string;
  readonly name: string;
  /** Upper case; the first is the one written. */
  readonly assets: readonly string[];
  readonly kind: AddressKind;
  readonly test?: true;
  /** Base58check versions of `bitcoin`; the first of each is the one written. */
  readonly p2pkh?: readonly number[];
  readonly p2sh?: readonly number[];
  /** Human-readable part of bech32. */
  readonly hrp?: string;
  /** CashAddr prefix. */
  readonly cash?: string;
}

const TESTNET = { p2pkh: [111], p2sh: [196] };

export const NETWORKS: readonly Network[] = [
  {
    id: 'bip122:000000000019d6689c085ae165831e93',
    name: 'Bitcoin',
    assets: ['BTC', 'XBT'],
    kind: 'bitcoin',
    p2pkh: [0],
    p2sh: [5],
    hrp: 'bc',
  },
  { id: 'eip155:1', name: 'Ethereum', assets: ['ETH', 'ERC20'], kind: 'evm' },
  // Named in use, not registered: the last four bytes of the first block's hash.
  { id: 'tron:0x2b6653dc', name: 'Tron', assets: ['TRX', 'TRON', 'TRC20'], kind: 'tron' },
  {
    id: 'solana:5eykt4UsFv8P8NJdTREpY1vzqKqZKvdp',
    name: 'Solana',
    assets: ['SOL'],
    kind: 'solana',
  },
  { id: 'eip155:56', name: 'BNB Smart Chain', assets: ['BSC', 'BEP20', 'BNB'], kind: 'evm' },
  // The example of CAIP-5.
  {
    id: 'cosmos:Binance-Chain-Tigris',
    name: 'BNB Beacon Chain',
    assets: ['BEP2', 'BNB'],
    kind: 'bnb',
    hrp: 'bnb',
  },
  { id: 'eip155:61', name: 'Ethereum Classic', assets: ['ETC'], kind: 'evm' },
  { id: 'eip155:42161', name: 'Arbitrum One', assets: ['ARB', 'ARBITRUM'], kind: 'evm' },
  { id: 'eip155:137', name: 'Polygon', assets: ['POL', 'MATIC'], kind: 'evm' },
  { id: 'eip155:10', name: 'OP Mainnet', assets: ['OP', 'OPTIMISM'], kind: 'evm' },
  { id: 'eip155:8453', name: 'Base', assets: ['BASE'], kind: 'evm' },
  { id: 'eip155:43114', name: 'Avalanche C-Chain', assets: ['AVAX'], kind: 'evm' },
  { id: 'eip155:100', name: 'Gnosis', assets: ['GNO', 'XDAI'], kind: 'evm' },
  {
    id: 'bip122:12a765e31ffd4059bada1e25190f6e98',
    name: 'Litecoin',
    assets: ['LTC'],
    kind: 'bitcoin',
    p2pkh: [48],
    // 3… is the older way to write M….
    p2sh: [50, 5],
    hrp: 'ltc',
  },
  // The first block of its own after the fork, as the namespace prescribes; likewise Bitcoin SV.
  {
    id: 'bip122:000000000000000000651ef99cb9fcbe',
    name: 'Bitcoin Cash',
    assets: ['BCH'],
    kind: 'bitcoin',
    p2pkh: [0],
    p2sh: [5],
    cash: 'bitcoincash',
  },
  {
    id: 'bip122:000000000000000001d956714215d96f',
    name: 'Bitcoin SV',
    assets: ['BSV'],
    kind: 'bitcoin',
    p2pkh: [0],
    p2sh: [5],
  },
  // Shares Bitcoin's first block, and no id is registered.
  {
    id: 'bip122:bitcoin-gold',
    name: 'Bitcoin Gold',
    assets: ['BTG'],
    kind: 'bitcoin',
    p2pkh: [38],
    p2sh: [23],
    hrp: 'btg',
  },
  {
    id: 'bip122:00000ffd590b1485b3caadc19b22e637',
    name: 'Dash',
    assets: ['DASH'],
    kind: 'bitcoin',
    p2pkh: [76],
    p2sh: [16],
  },
  {
    id: 'bip122:00040fe8ec8471911baa1db1266ea15d',
    name: 'Zcash',
    assets: ['ZEC'],
    kind: 'bitcoin',
    p2pkh: [0x1cb8],
    p2sh: [0x1cbd],
  },
  {
    id: 'bip122:1a91e3dace36e2be3bf030a65679fe82',
    name: 'Dogecoin',
    assets: ['DOGE', 'XDG'],
    kind: 'bitcoin',
    p2pkh: [30],
    p2sh: [22],
  },
  {
    id: 'bip122:00000fc63692467faeb20cdb3b53200d',
    name: 'Verge',
    assets: ['XVG'],
    kind: 'bitcoin',
    p2pkh: [30],
    p2sh: [33],
  },
  { id: 'xrpl:0', name: 'XRP Ledger', assets: ['XRP'], kind: 'xrp' },
  {
    id: 'monero:418015bb9ae982a1975da7d79277c270',
    name: 'Monero',
    assets: ['XMR'],
    kind: 'monero',
  },

  {
    id: 'bip122:000000000933ea01ad0ee984209779ba',
    name: 'Bitcoin testnet 3',
    assets: ['TBTC'],
    kind: 'bitcoin',
    test: true,
    ...TESTNET,
    hrp: 'tb',
  },
  {
    id: 'bip122:00000000da84f2bafbbc53dee25a72ae',
    name: 'Bitcoin testnet 4',
    assets: ['TBTC4'],
    kind: 'bitcoin',
    test: true,
    ...TESTNET,
    hrp: 'tb',
  },
  {
    id: 'bip122:00000008819873e925422c1ff0f99f7c',
    name: 'Bitcoin signet',
    assets: ['SBTC'],
    kind: 'bitcoin',
    test: true,
    ...TESTNET,
    hrp: 'tb',
  },
  {
    id: 'bip122:0f9188f13cb7b2c71f2a335e3a4fc328',
    name: 'Bitcoin regtest',
    assets: ['RBTC'],
    kind: 'bitcoin',
    test: true,
    ...TESTNET,
    hrp: 'bcrt',
  },
  {
    id: 'bip122:4966625a4b2851d9fdee139e56211a0d',
    name: 'Litecoin testnet',
    assets: ['TLTC'],
    kind: 'bitcoin',
    test: true,
    p2pkh: [111],
    p2sh: [58, 196],
    hrp: 'tltc',
  },
  {
    id: 'bip122:00000bafbc94add76cb75e2ec9289483',
    name: 'Dash testnet',
    assets: ['TDASH'],
    kind: 'bitcoin',
    test: true,
    p2pkh: [140],
    p2sh: [19],
  },
  {
    id: 'bip122:05a60a92d99d85997cce3b87616c089f',
    name: 'Zcash testnet',
    assets: ['TAZ'],
    kind: 'bitcoin',
    test: true,
    p2pkh: [0x1d25],
    p2sh: [0x1cba],
  },
  {
    id: 'bip122:bb0a78264637406b6360aad926284d54',
    name: 'Dogecoin testnet',
    assets: ['TDOGE'],
    kind: 'bitcoin',
    test: true,
    p2pkh: [113],
    p2sh: [196],
  },
  // Shares the first block of Bitcoin's testnet 3, and no id is registered.
  {
    id: 'bip122:bitcoin-cash-testnet',
    name: 'Bitcoin Cash testnet',
    assets: ['TBCH'],
    kind: 'bitcoin',
    test: true,
    ...TESTNET,
    cash: 'bchtest',
  },
  { id: 'eip155:11155111', name: 'Sepolia', assets: ['SEPOLIA'], kind: 'evm', test: true },
  { id: 'eip155:560048', name: 'Hoodi', assets: ['HOODI'], kind: 'evm', test: true },
  { id: 'tron:0x94a9059e', name: 'Tron Shasta', assets: ['SHASTA'], kind: 'tron', test: true },
  { id: 'tron:0xcd8690dc', name: 'Tron Nile', assets: ['NILE'], kind: 'tron', test: true },
  {
    id: 'solana:EtWTRABZaYq6iMfeYKouRu166VU2xqa1',
    name: 'Solana devnet',
    assets: ['SOLDEV'],
    kind: 'solana',
    test: true,
  },
  {
    id: 'solana:4uhcVJyU9pJkvQyS88uRDiswHXSCkY3z',
    name: 'Solana testnet',
    assets: ['SOLTEST'],
    kind: 'solana',
    test: true,
  },
  { id: 'xrpl:1', name: 'XRP Ledger testnet', assets: ['TXRP'], kind: 'xrp', test: true },
  { id: 'xrpl:2', name: 'XRP Ledger devnet', assets: ['DXRP'], kind: 'xrp', test: true },
  {
    id: 'monero:48ca7cd3c8de5b6a4d53d2861fbdaedc',
    name: 'Monero testnet',
    assets: ['TXMR'],
    kind: 'monero',
    test: true,
  },
  {
    id: 'monero:76ee3cc98646292206cd3e86f74d88b4',
    name: 'Monero stagenet',
    assets: ['SXMR'],
    kind: 'monero',
    test: true,
  },
];
