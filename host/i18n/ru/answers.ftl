# Что ждёт человека в кабинете: вопросы, привязка, листы по классам, кого ждём, неделя, входящие, отмена.
only-looks = Вы можете только смотреть
only-looks-text = С вашей ролью изменить ничего нельзя: менять и отправлять может администратор школы. Если это должны делать вы, попросите его дать вам эту роль.
only-looks-back = Вернуться
lane-busy = Сейчас идёт обмен данными школы
lane-busy-text = Ничего не изменено. Попробуйте снова через несколько минут.
reason = Причина
reason-hint = Останется в журнале действий. Без фамилий.
reason-missing = Не указана причина
reason-missing-text = Ничего не изменено. Напишите, почему вы это делаете.
ways = Подробнее о задаче

# Вопросы.
questions = Вопросы
questions-of = { $n ->
        [0] Вопросов нет
        [one] { $n } вопрос ждёт ответа
        [few] { $n } вопроса ждут ответа
       *[other] { $n } вопросов ждут ответа
    }
questions-none = Отвечать сейчас не на что.
questions-text = Слева запись школы, рядом то, что нашлось на той стороне. Сравните их, прежде чем отвечать; ответ подействует при следующей отправке.
questions-pupil = Это тот же ученик?
questions-guardian = Это тот же родитель?
questions-staff = Это тот же сотрудник?
questions-class = Это тот же класс?
questions-which = Это одно и то же?
questions-shared = Одна запись там подходит двум записям школы. Это она?
questions-arrived = Дошло ли это раньше? Ответа не было, а проверить нельзя.
questions-ours = У нас
questions-theirs = Там
questions-look = Посмотреть там
questions-same = Да, это одно и то же
questions-different = Нет, создать новую запись
questions-skip = Не отправлять
questions-sent = Да, дошло
questions-not-sent = Нет, отправить
questions-open = нет ответа
questions-answered = Ответы, которые подействуют при следующей отправке
questions-by = { $at }, { $who }
questions-told-done = Ответ на вопрос № { $number } записан
questions-told-done-text = { $said }. Он подействует при следующей отправке.
questions-told-before = На вопрос № { $number } уже ответили
questions-told-before-text = Действует первый ответ: { $said }. Второй не записан.
questions-told-changed = Вопрос № { $number } за это время изменился
questions-told-changed-text = Ответ не записан: новая отправка нашла на той стороне другое. Посмотрите вопрос ещё раз.
questions-told-gone = Вопроса № { $number } больше нет
questions-told-gone-text = Отвечать не нужно: за это время всё разрешилось, или запись больше не отправляется.
questions-told-busy = Ответ на вопрос № { $number } не записан
questions-told-busy-text = Сейчас идёт обмен данными школы. Ответьте ещё раз через несколько минут.

# Привязка.
binding = Привязка
binding-more = О привязке
binding-bound-to = Школа привязана: { $name }.
binding-bound = Школа привязана.
binding-unbound = Школа ещё не привязана к своей странице на той стороне.
binding-needless = Этой задаче привязка не нужна.
binding-text = Вы войдёте на той стороне как администратор школы и разрешите обмен. Если вас прервут, ничего не изменится: вернитесь сюда и начните снова.
binding-begin = Привязать школу
binding-renew = Дать согласие заново
binding-again = Начать снова можно на странице задачи, когда будете готовы.
binding-home = Вернуться к задаче
binding-cabinet = Вернуться в кабинет
binding-undo = Отвязать школу
binding-undo-text = Обмен остановится, пока школу не привяжут снова. Отвязать может только регион, и это останется в журнале действий.
binding-name = Название школы, как оно написано ниже
binding-region = Отвязать школу может только регион
binding-region-text = Ничего не изменено. Если школа привязана не к той странице, обратитесь к региональному администратору.
binding-told-unbound = Школа отвязана
binding-told-unbound-text = Обмен начнётся снова после новой привязки.
binding-told-before = Школа и не была привязана
binding-told-before-text = Возможно, её уже отвязали. Ничего не изменено.
binding-told-name = Название не совпало
binding-told-name-text = Ничего не изменено. Введите название школы так, как оно написано.

# По классам.
classes = По классам
classes-none = Задача ещё ни разу не проверяла всю школу. Числа появятся после первой полной отправки.
classes-text = Нажмите на класс, чтобы увидеть и напечатать лист: кому что сделать.
classes-html = Скачать листы всех классов для печати
classes-sheet = Лист: { $class }
classes-print = Чтобы напечатать, выберите печать в браузере: лишнее на бумагу не попадёт.
classes-nothing = Никому ничего делать не нужно.
classes-more = … и ещё { $n }: весь список в файле.

# Кого ждём.
awaited = Кого ждём
awaited-filter = Кого показать
awaited-all = Все: { $n }
awaited-staff = Сотрудники: { $n }
awaited-pupil = Ученики: { $n }
awaited-guardian = Родители: { $n }
awaited-count = { $n ->
        [one] { $n } человек
        [few] { $n } человека
       *[other] { $n } человек
    }
awaited-steps = Что сделать:
awaited-nobody = Сейчас никого ждать не нужно.

# Убрать там.
removal = Убрать на той стороне
removal-begin = Убрать…
removal-text = Будет убрано на той стороне:
removal-nothing = Убирать нечего: у этой задачи там ничего для этого человека нет.
removal-confirm = Чтобы убрать это, введите номер человека: { $person }
removal-do = Убрать
removal-no-write = Задаче не разрешено писать на ту сторону (write = true в файле школы).
removal-told-done = Убрано
removal-told-done-text = На той стороне этого больше нет; это проверено.
removal-told-nothing = Убирать нечего
removal-told-nothing-text = Возможно, это уже убрали.
removal-told-other = Введён другой номер
removal-told-other-text = Ничего не изменено. Введите номер человека так, как он написан.
removal-told-left = Убрано не всё
removal-told-left-text = Ниже то, что осталось, и почему. Попробуйте ещё раз позже.

# Неделя.
week = Уроки недели и чаты
week-of = Неделя { $from } – { $until }
week-other = Другие недели
week-before = предыдущая
week-after = следующая
week-lessons = Уроки по видеосвязи
week-no-lessons = На этой неделе уроков по видеосвязи нет.
week-cancelled = отменён
week-nothing = пока ничего
week-more = … и ещё { $n }
week-chats = Чаты
week-no-chats = Чатов пока нет.
week-parts = { $kind }: { $n }

# Входящие.
inbox = Всё, что ждёт, и последние события
inbox-nothing = Сейчас ничего не ждёт вас.
inbox-events = Последние события
inbox-no-events = Событий пока не было.
inbox-new = новое
inbox-read = Отметить всё прочитанным
inbox-lost = не дошло: { $who }
inbox-people = { $n ->
        [one] Ждём действий других: { $n }
       *[other] Ждём действий других: { $n }
    }
inbox-people-advice = Раздайте листы или напомните: что кому сделать, написано на странице.
inbox-binding = Привяжите школу: до этого ничего не отправляется.
inbox-questions = Ответьте на вопросы; ответы подействуют при следующей отправке.
inbox-held = Посмотрите, что изменится, и разрешите отправку, если так и должно быть.
inbox-failed = Прочитайте причину. Отправленное сохранено, следующая отправка продолжит с того же места.
inbox-not-confirmed = Ничего не отправляйте повторно вручную: следующая отправка проверит это сама.
inbox-certificate = Попросите того, кто настраивает обмен, заменить сертификат.
inbox-certificate-ends = Сертификат { $name } действует до { $at }
inbox-certificate-over = Сертификат { $name } больше не действует: срок истёк { $at }

# Кому сообщают.
notify = Кому сообщать о событиях
notify-none-told = О событиях этой школы никому не сообщается.
notify-everything = обо всём
notify-topics = о чём: { $list }
notify-tasks = только задачи: { $list }
notify-quiet = не беспокоить с { $from } до { $until }
notify-digest = раз в день, в { $at }
notify-gather = { $n ->
        [one] ждать другие события { $n } минуту
        [few] ждать другие события { $n } минуты
       *[other] ждать другие события { $n } минут
    }
notify-language = язык: { $language }
notify-way-mail = письмом
notify-way-sms = коротким сообщением
notify-way-webhook = в другую программу
notify-common = общий получатель региона
notify-can = О чём можно сообщать
notify-where = Короткие сообщения и связь с другими программами добавляет тот, кто настраивает обмен: [[notify]] в файле
notify-add = Сообщать ещё кому-то
notify-mail = Адрес электронной почты
notify-on = О чём
notify-on-trouble = только когда нужно что-то сделать
notify-on-all = обо всём
notify-do = Сообщать
notify-remove = Больше не сообщать
notify-told-done = Записано
notify-told-done-text = Это действует с этой минуты.
notify-told-address = Это не адрес электронной почты
notify-told-address-text = Ничего не изменено. Адрес выглядит так: director@school57.example
notify-told-way = Писем эта программа не отправляет
notify-told-way-text = Ничего не изменено. Почту подключает тот, кто настраивает обмен.
audit-notify-add = добавлен получатель уведомлений
audit-notify-remove = убран получатель уведомлений
notify-edit = Изменить
notify-wishes = О чём и когда сообщать
notify-wishes-change = Что изменится
notify-setting-on = О чём сообщать
notify-setting-on-help = Если ничего не отметить — обо всём.
notify-setting-tasks = О каких задачах
notify-setting-tasks-help = Если ничего не отметить — обо всех.
notify-setting-language = Язык сообщений
notify-setting-language-help = Если не выбрать — русский.
notify-setting-language-ru = русский
notify-setting-language-en = английский
notify-setting-quiet = Часы покоя
notify-setting-quiet-help = По времени школы, например 22:00-07:00. Что случится в эти часы, придёт вместе после них. Если не заполнять, сообщается в любое время.
notify-setting-digest = Раз в день, всё вместе
notify-setting-digest-help = Время по часам школы, например 08:00. В дни без событий ничего не приходит. Если не заполнять, сообщается сразу.
notify-setting-gather = Подождать другие события
notify-setting-gather-help = Чтобы прислать их одним сообщением. Если не выбрать, не ждать.
notify-setting-gather-5m = 5 минут
notify-setting-gather-15m = 15 минут
notify-setting-gather-30m = 30 минут
notify-setting-gather-1h = 1 час
notify-setting-gather-2h = 2 часа
notify-quiet-wrong = Это не часы покоя.
notify-quiet-wrong-fix = Напишите так: 22:00-07:00. Конец раньше начала — на следующий день.
notify-digest-wrong = Это не время дня.
notify-digest-wrong-fix = Напишите так: 08:00.
notify-told-same = Ничего не изменено
notify-told-same-text = Всё так уже и записано.
audit-notify-change = изменено, о чём и когда сообщать
notify-try = Пробное письмо
notify-try-text = Уйдёт сразу и только по этому адресу, тихие часы и сводка не учитываются. Не чаще раза в минуту.
notify-try-do = Отправить пробное
notify-tried-taken = Пробное письмо отправлено
notify-tried-taken-text = Почтовый сервер его принял. Если письма нет, посмотрите в нежелательных.
notify-tried-later = Пробное письмо не ушло
notify-tried-later-text = Почтовый сервер сейчас не отвечает или не принимает писем. Если так и завтра, сообщите тому, кто настраивает обмен.
notify-tried-refused = Пробное письмо не принято
notify-tried-refused-text = Почтовый сервер отказался доставить его по этому адресу. Проверьте адрес.
notify-tried-soon = Пробное письмо только что отправляли
notify-tried-soon-text = Подождите минуту и попробуйте ещё раз.
audit-notify-trial = отправлено пробное уведомление

# Что отправка создала и записала.
made = Что создано и записано
made-created = Создано на той стороне
made-created-text = Как есть после этой отправки. Там ничего не удаляется само.
made-nothing-created = Эта отправка ничего не создала на той стороне.
made-written = Записано в данные школы
made-nothing-written = Эта отправка ничего не меняла в данных школы, или прежние значения уже не хранятся.
made-nothing-back = Возвращать нечего: записи с тех пор изменены.
made-change = { $field }: сейчас «{ $before }», до отправки «{ $after }»
made-more = … и ещё { $n }
made-undo = Вернуть прежние значения
made-undo-text = Записи станут такими, какими были до этой отправки. Изменённое позже останется как есть, и следующие отправки не повторят отменённого.
made-confirm = Чтобы вернуть прежние значения, введите номер отправки: { $run }
undo-told-nothing = Возвращать нечего
undo-told-nothing-text = Возможно, это уже сделали.
undo-told-other = Введён другой номер
undo-told-other-text = Ничего не изменено. Введите номер отправки так, как он написан.

# Записи школы, как их узнают.
side-born = Родился
side-snils = СНИЛС
side-snils-known = указан
side-snils-unknown = не указан
side-children = Дети
side-position = Должность
side-year = Учебный год
side-teacher = Учитель
