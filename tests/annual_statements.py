"""An annual report of a company that does not exist, as page texts, and the same balance sheet column by column."""

COVER = """FORM 10-K
ANNUAL REPORT PURSUANT TO SECTION 13 OR 15(d) OF THE SECURITIES EXCHANGE ACT OF 1934
For the fiscal year ended December 31, 2012
LARCH TOOLS, INC.
"""

INCOME = """LARCH TOOLS, INC.
CONSOLIDATED STATEMENTS OF INCOME
(In thousands, except per share data)
Years ended December 31,
Notes
2012
2011
2010
Net sales
3
$
9,000
$
8,000
$
7,500
Cost of sales
(5,400)
(5,000)
(4,700)
Gross profit
3,600
3,000
2,800
Selling, general and administrative expenses, net of $12, $10 and $9 of fees
(1,500)
(1,400)
(1,300)
Impairment
(100)
—
—
Operating income
2,000
1,600
1,500
Interest expense
(200)
(100)
(100)
Income before income taxes
1,800
1,500
1,400
Provision for income taxes
(600)
(500)
(400)
Net income
1,200
1,000
1,000
Less: net income attributable to noncontrolling interests
50
40
30
Net income attributable to Larch Tools, Inc.
$
1,150
$
960
$
970
Basic earnings per share
$
1.15
$
0.96
$
0.97
"""

BALANCE = """LARCH TOOLS, INC.
CONSOLIDATED BALANCE SHEETS
(In thousands)
December 31, 2012
December 31, 2011
ASSETS
Current assets:
Cash and cash equivalents
$
1,000
$
800
Accounts receivable, net of allowances of $20 and $15
900
700
Inventories
1,100
1,000
Total current assets
3,000
2,500
Property and equipment, net
4,000
3,500
Total assets
$
7,000
$
6,000
LIABILITIES AND EQUITY
Current liabilities:
Accounts payable
$
600
$
500
Current portion of long-term debt
400
300
Total current liabilities
1,000
800
Long-term debt
2,000
1,900
Total Larch Tools, Inc. stockholders' equity
3,800
3,150
Noncontrolling interests
200
150
Total equity
4,000
3,300
Total liabilities and equity
$
7,000
$
6,000
"""

CASH_FLOW = """LARCH TOOLS, INC.
CONSOLIDATED STATEMENTS OF CASH FLOWS
(In thousands)
Years ended December 31,
2012
2011
2010
Operating activities:
Net income
$
1,200
$
1,000
$
1,000
Depreciation
300
280
250
Amortization of intangible assets
20
20
10
Net cash provided by operating activities
1,520
1,300
1,260
Investing activities:
Additions to property and equipment, net of $5 of non-cash
capital expenditures
(800)
(700)
(600)
Net cash used in investing activities
(800)
(700)
(600)
Financing activities:
Dividends paid
(520)
(500)
(480)
Net cash used in financing activities
(520)
(500)
(480)
"""

BY_COLUMNS = """CONSOLIDATED BALANCE SHEETS
December 31, 2012 and 2011

ASSETS

CURRENT ASSETS
Cash and cash equivalents
Accounts receivable, net of allowances of $20 and $15, respectively
Inventories
Total current assets
Property and equipment, net
TOTAL ASSETS

LIABILITIES AND EQUITY
CURRENT LIABILITIES
Accounts payable
Current portion of long-term debt
Total current liabilities
Long-term debt
Total liabilities
Retained earnings
Additional paid-in capital
Total equity
TOTAL LIABILITIES AND EQUITY

2012

2011

(in thousands)

$

1,000  $
900
1,100

3,000
4,000

7,000

800
700
1,000

2,500
3,500

6,000

600
400

1,000
2,000
3,000
3,100
900
4,000

$

7,000  $

500
300

800
1,900
2,700
2,450
850
3,300

6,000

See accompanying notes.
"""

PAGES = (COVER, INCOME, BALANCE, CASH_FLOW)
